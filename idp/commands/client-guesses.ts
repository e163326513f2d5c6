import { resumeDevice } from '../flows/tell-of-guesses.ts';
import { recordCommand, word } from './command.ts';
import { table, timeInJapan } from './table.ts';

/** Devices that sent too many unknown card numbers, as the running server counts them. */
export const clientGuessCommands = [
  recordCommand({
    name: 'client guesses',
    summary: 'devices that are slowed or stopped because they sent too many unknown card numbers',
    read: () => ({}),
    run: async ({ record, deviceGuesses }) =>
      (await record.clients.list()).flatMap(({ name, policy: { clientId } }) => {
        const standing = deviceGuesses.standingOf(clientId);
        if (standing === undefined) return [];
        const { stage, misses, refused, remoteAddress: address, freeAt } = standing;
        return [
          { id: clientId, name, stage, misses, refused, address, freeAt: new Date(freeAt).toISOString() },
        ];
      }),
    text: (devices) =>
      table(
        ['NAME', 'STAGE', 'MISSES', 'REFUSED', 'ADDRESS', 'FREE AGAIN'],
        devices.map(({ name, stage, misses, refused, address, freeAt }) => [
          ...[name, stage, String(misses), String(refused), address, timeInJapan(freeAt)],
        ]),
        'No device is slowed or stopped.',
      ),
  }),
  recordCommand({
    name: 'client resume',
    summary: 'let a device go on at once that was slowed or stopped for unknown card numbers',
    shape: (command) => command.argument('<id>', 'name or id'),
    read: (typed) => ({ client: word(typed, 0) }),
    run: (context, input: { client: string }, actor) => resumeDevice(context, { ...input, actor }),
    text: ({ name, lifted }) =>
      lifted === 'free' ? `${name} was neither slowed nor stopped.` : `${name} goes on; it was ${lifted}.`,
  }),
];
