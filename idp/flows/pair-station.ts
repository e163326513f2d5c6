import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import type { Reader, ReaderId, ReaderPublicKey } from '../domain/reader.ts';
import { type Actor, actor as toActor } from '../domain/registration.ts';
import type { PairingId, StationPairing } from '../domain/station.ts';
import type { Tables } from '../ports/system-record.ts';
import { after, type FlowContext } from './context.ts';
import { requireReader } from './require.ts';

/** How long a pairing code is good: time to walk to the kiosk. */
export const pairingSeconds = 600;
/** Typed by hand at the kiosk; whoever guesses is slowed, so that fewer bits than an enrolment code has suffice. */
const codeBits = 60;

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets'>;

/** What is typed into the browser of the kiosk, once. */
export interface PairingCode {
  readonly readerId: ReaderId;
  /** Twelve letters and digits in groups of four. */
  readonly pairingCode: string;
  readonly expiresAt: Instant;
}

/**
 * Makes the one-time code that pairs a browser with a station's reader; the code before ends.
 * @throws {InvalidInput} `ERR_READER_UNKNOWN`, `ERR_READER_KIND`, `ERR_READER_STATE`.
 */
export async function makePairingCode(
  { record, clock, secrets }: Context,
  { reader: idOrName, actor }: { readonly reader: string; readonly actor: Actor },
): Promise<PairingCode> {
  const letters = secrets.random(codeBits);
  const expiresAt = after(clock.now(), pairingSeconds);
  return record.change(async (tables) => {
    const { readerId, name, kind, state } = await requireReader(tables, idOrName);
    if (kind !== 'station') {
      throw new InvalidInput(
        'ERR_READER_KIND',
        `The reader "${name}" is a ${kind}: a browser is paired with a station. \`kazasu reader add NAME --kind station --client CLIENT\` adds one.`,
      );
    }
    if (state === 'disabled') {
      throw new InvalidInput('ERR_READER_STATE', `The reader "${name}" is disabled: add another one.`);
    }
    await tables.stations.putCode(readerId, { codeHash: secrets.hash(letters), expiresAt });
    await tables.audit.append({ at: clock.now(), type: 'station.code-made', actor, subject: readerId });
    return { readerId, pairingCode: letters.replace(/(.{4})(?=.)/g, '$1-'), expiresAt };
  });
}

export type PairingOutcome =
  | { readonly outcome: 'paired'; readonly pairing: StationPairing; readonly reader: Reader }
  | { readonly outcome: 'refused'; readonly reason: 'pairing-code' };

/** Takes a browser's code, once, and its public key; the browser before is no station any more. */
export async function pairStation(
  { record, clock, secrets }: Context,
  { code, publicKey }: { readonly code: string; readonly publicKey: ReaderPublicKey },
): Promise<PairingOutcome> {
  const codeHash = secrets.hash(code.toLowerCase().replace(/[\s-]/g, ''));
  const now = clock.now();
  return record.change<PairingOutcome>(async (tables) => {
    const readerId = await tables.stations.useCode(codeHash, now);
    const reader = readerId && (await tables.readers.find(readerId));
    if (reader === undefined || reader.state === 'disabled')
      return { outcome: 'refused', reason: 'pairing-code' };
    const by = toActor('reader', reader.readerId);
    await endPairing(tables, reader, by, now);
    const pairingId = secrets.id() as PairingId;
    const pairing = { pairingId, readerId: reader.readerId, publicKey, pairedAt: now };
    await tables.stations.add(pairing);
    const details = { pairing: pairingId };
    await tables.audit.append({
      ...{ at: now, type: 'station.paired', actor: by, subject: reader.readerId, details },
    });
    return { outcome: 'paired', pairing, reader };
  });
}

/**
 * Ends the pairing of a reader, and a code that waits: what the browser signs from this moment on opens nothing.
 * @throws {InvalidInput} `ERR_READER_UNKNOWN`, `ERR_NOT_PAIRED`.
 */
export async function unpairStation(
  { record, clock, tapWaits }: Pick<FlowContext, 'record' | 'clock' | 'tapWaits'>,
  { reader: idOrName, actor }: { readonly reader: string; readonly actor: Actor },
): Promise<Reader> {
  const unpaired = await record.change(async (tables) => {
    const reader = await requireReader(tables, idOrName);
    await tables.stations.removeCode(reader.readerId);
    if (!(await endPairing(tables, reader, actor, clock.now()))) {
      throw new InvalidInput(
        'ERR_NOT_PAIRED',
        `No browser is paired with the reader "${reader.name}". \`kazasu reader pairings\` shows which are.`,
      );
    }
    return reader;
  });
  // Whoever waits there is told at once.
  tapWaits.readers.arrived(unpaired.readerId);
  return unpaired;
}

async function endPairing(
  tables: Tables,
  { readerId }: Reader,
  actor: Actor,
  now: Instant,
): Promise<boolean> {
  const pairing = await tables.stations.findByReader(readerId);
  if (pairing === undefined || !(await tables.stations.end(pairing.pairingId, now))) return false;
  const details = { pairing: pairing.pairingId };
  await tables.audit.append({ at: now, type: 'station.unpaired', actor, subject: readerId, details });
  return true;
}
