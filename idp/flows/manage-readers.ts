import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { Reader, ReaderEvidence, ReaderId, ReaderKind, ReaderPublicKey } from '../domain/reader.ts';
import { type Actor, actor as toActor } from '../domain/registration.ts';
import type { SignInAtReader, Stop } from '../ports/sessions.ts';
import { after, type FlowContext } from './context.ts';
import { requireReader } from './require.ts';

/** How long an enrolment code is good (design: readers enrol). */
export const enrolmentSeconds = 600;

/** What is handed to whoever sets up the bridge, once. */
export interface EnrolmentCode {
  readonly readerId: ReaderId;
  readonly enrolmentCode: string;
  readonly expiresAt: Instant;
}

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets' | 'clients'>;

/**
 * Notes a reader and gives the one-time code with which its bridge enrols.
 * @throws {InvalidInput} `ERR_READER_NAME`, `ERR_READER_EXISTS`, `ERR_CLIENT_UNKNOWN`.
 */
export async function addReader(
  { record, clock, secrets, clients }: Context,
  request: {
    readonly name: string;
    readonly kind: ReaderKind;
    readonly evidence: ReaderEvidence;
    readonly group?: string;
    readonly clients: readonly string[];
    readonly actor: Actor;
  },
): Promise<EnrolmentCode> {
  if (!/^\S.{0,63}$/.test(request.name)) {
    throw new InvalidInput('ERR_READER_NAME', 'A reader’s name has 1 to 64 characters.');
  }
  const clientIds = request.clients.map((idOrName) => {
    const client = clients.find(idOrName);
    if (client !== undefined) return client.policy.clientId;
    throw new InvalidInput(
      'ERR_CLIENT_UNKNOWN',
      `No client "${idOrName}". \`kazasu client list\` shows them.`,
    );
  });
  const readerId = secrets.id() as ReaderId;
  const enrolmentCode = secrets.random(128);
  const expiresAt = after(clock.now(), enrolmentSeconds);
  const { name, kind, evidence, group = name, actor } = request;
  await record.change(async (tables) => {
    if ((await tables.readers.find(name)) !== undefined) {
      throw new InvalidInput(
        'ERR_READER_EXISTS',
        `There is a reader "${name}" already: choose another name, or renew its code with \`kazasu reader code\`.`,
      );
    }
    const reader: Reader = { readerId, name, kind, evidence, group, clientIds, state: 'awaiting-enrolment' };
    await tables.readers.add(reader, { codeHash: secrets.hash(enrolmentCode), expiresAt });
    await tables.audit.append({
      at: clock.now(),
      type: 'reader.added',
      actor,
      subject: readerId,
      details: { name },
    });
  });
  return { readerId, enrolmentCode, expiresAt };
}

/**
 * Gives a reader that has not enrolled yet a new one-time code; the code before ends.
 * @throws {InvalidInput} `ERR_READER_UNKNOWN`, `ERR_READER_STATE`.
 */
export async function renewEnrolmentCode(
  { record, clock, secrets }: Pick<Context, 'record' | 'clock' | 'secrets'>,
  { reader: idOrName, actor }: { readonly reader: string; readonly actor: Actor },
): Promise<EnrolmentCode> {
  const enrolmentCode = secrets.random(128);
  const expiresAt = after(clock.now(), enrolmentSeconds);
  return record.change(async (tables) => {
    const { readerId, name, state } = await requireReader(tables, idOrName);
    if (
      !(await tables.readers.renewEnrolment(readerId, { codeHash: secrets.hash(enrolmentCode), expiresAt }))
    ) {
      throw new InvalidInput(
        'ERR_READER_STATE',
        `The reader "${name}" is ${state}: only one that waits for its enrolment gets a new code. Add another reader for another machine.`,
      );
    }
    await tables.audit.append({ at: clock.now(), type: 'reader.code-renewed', actor, subject: readerId });
    return { readerId, enrolmentCode, expiresAt };
  });
}

/** Takes a bridge's one-time code and fixes the public half of its key. */
export async function enrolReader(
  { record, clock, secrets }: Pick<Context, 'record' | 'clock' | 'secrets'>,
  { code, publicKey }: { readonly code: string; readonly publicKey: ReaderPublicKey },
): Promise<
  | { readonly outcome: 'enrolled'; readonly reader: Reader }
  | { readonly outcome: 'refused'; readonly reason: 'enrolment-code' }
> {
  const codeHash = secrets.hash(code);
  const now = clock.now();
  return record.change(async (tables) => {
    const reader = await tables.readers.findByEnrolmentCode(codeHash, now);
    if (reader === undefined || !(await tables.readers.enrol(reader.readerId, codeHash, publicKey))) {
      return { outcome: 'refused', reason: 'enrolment-code' } as const;
    }
    const by = toActor('reader', reader.readerId);
    await tables.audit.append({ at: now, type: 'reader.enrolled', actor: by, subject: reader.readerId });
    return { outcome: 'enrolled', reader: { ...reader, state: 'active', publicKey } } as const;
  });
}

/**
 * Ends a reader: its taps count for nothing from this moment. What was made at it since `since` ends too: sign-ins whole,
 * with every client told, and the PIN windows of its group, which may rest on a PIN typed there.
 * @param request.since absent: what was made at it stays.
 * @throws {InvalidInput} `ERR_READER_UNKNOWN`, `ERR_READER_STATE`, `ERR_SINCE` when it lies ahead.
 */
export async function disableReader(
  context: Pick<FlowContext, 'record' | 'clock' | 'taps' | 'sessionEnds'>,
  request: { readonly reader: string; readonly since?: Instant; readonly actor: Actor },
): Promise<{ readonly reader: Reader; readonly endedSignIns: number }> {
  const { record, clock, taps, sessionEnds } = context;
  const { since, actor } = request;
  const { readerId, group } = await requireReader(record, request.reader);
  if (since !== undefined && since > clock.now()) {
    throw new InvalidInput('ERR_SINCE', 'The moment since which its sign-ins end lies ahead.');
  }
  const made = since === undefined ? [] : await sessionEnds.atReader(readerId, since);
  const reader = await record.change(async (tables) => {
    const found = await requireReader(tables, readerId);
    const now = clock.now();
    if (!(await tables.readers.disable(readerId, now))) {
      throw new InvalidInput('ERR_READER_STATE', `The reader "${found.name}" is ${found.state} already.`);
    }
    await tables.sessionEnds.add(stopsOf(made), now);
    const details = since === undefined ? {} : { details: { since, signIns: made.length } };
    await tables.audit.append({ at: now, type: 'reader.disabled', actor, subject: readerId, ...details });
    return { ...found, state: 'disabled', tapsVoidBefore: now } as const;
  });
  // A proof does not say at which reader of its group it was made.
  await taps.voidPinProofs(group, since ?? 0);
  if (since === undefined) return { reader, endedSignIns: 0 };
  // What was under way while the reader ended: nothing new can begin at it now.
  const late = (await sessionEnds.atReader(readerId, since)).filter(
    ({ signIn }) => !made.some((earlier) => earlier.signIn === signIn),
  );
  await record.change((tables) => tables.sessionEnds.add(stopsOf(late), clock.now()));
  await sessionEnds.process();
  return { reader, endedSignIns: made.length + late.length };
}

function stopsOf(made: readonly SignInAtReader[]): readonly Stop[] {
  return made.map(({ personId, signIn }) => ({ personId, signIn, cause: 'reader.disabled' }));
}

/** Lets a reader's taps serve one client more. @throws {InvalidInput} `ERR_READER_UNKNOWN` */
export async function assignReader(
  { record }: Pick<Context, 'record'>,
  { reader: idOrName, clientId }: { readonly reader: string; readonly clientId: ClientId },
): Promise<void> {
  await record.change(async (tables) => {
    const reader = await requireReader(tables, idOrName);
    await tables.readers.assignClient(reader.readerId, clientId);
  });
}
