import type { FlowContext } from '../flows/context.ts';
import { makePairingCode, unpairStation } from '../flows/pair-station.ts';
import { recordCommand, word } from './command.ts';
import { isoTime, table, timeInJapan } from './table.ts';

export const stationCommands = [
  recordCommand({
    name: 'reader pair',
    summary: 'make the one-time code (10 minutes) that pairs a browser with a station’s reader',
    shape: (command) => command.argument('<name>', 'name or id of a reader of the kind station'),
    read: (typed) => ({ reader: word(typed, 0) }),
    run: async (context, { reader }: { reader: string }, actor) => {
      const { readerId, pairingCode, expiresAt } = await makePairingCode(context, { reader, actor });
      const url = `${context.issuer}/station/pair`;
      return { id: readerId, pairingCode, expiresAt: isoTime(expiresAt), url };
    },
    text: ({ pairingCode, expiresAt, url }) =>
      `${pairingCode}\nIn the browser of the kiosk, until ${timeInJapan(expiresAt)}, open\n  ${url}\nand enter the code. A browser that was paired with this reader before is then no station any more.`,
  }),
  recordCommand({
    name: 'reader pairings',
    summary: 'the readers with a paired browser: the stations',
    read: () => ({}),
    run: listStations,
    text: (stations) =>
      table(
        ['READER', 'STATE', 'PAIRED', 'CLIENTS'],
        stations.map((one) => [one.reader, one.state, timeInJapan(one.pairedAt), one.clients.join(', ')]),
        'No stations yet: kazasu reader pair NAME',
      ),
  }),
  recordCommand({
    name: 'reader unpair',
    summary: 'end the pairing of a browser with a reader; it holds at once',
    shape: (command) => command.argument('<name>', 'name or id'),
    read: (typed) => ({ reader: word(typed, 0) }),
    run: async (context, { reader }: { reader: string }, actor) => {
      const { readerId, name } = await unpairStation(context, { reader, actor });
      return { id: readerId, name };
    },
    text: ({ name }) =>
      `No browser is paired with the reader "${name}" any more. Pair one with: kazasu reader pair "${name}"`,
  }),
];

async function listStations({ record, clients }: FlowContext) {
  const readers = new Map((await record.readers.list()).map((reader) => [reader.readerId, reader]));
  return (await record.stations.list()).map(({ pairingId, readerId, pairedAt }) => {
    const reader = readers.get(readerId);
    return {
      id: pairingId,
      readerId,
      reader: reader?.name ?? readerId,
      state: reader?.state ?? 'disabled',
      clients: (reader?.clientIds ?? []).map((id) => clients.find(id)?.name ?? id),
      pairedAt: isoTime(pairedAt),
    };
  });
}
