import type { PasskeyId } from '../domain/factor.ts';
import type { Instant } from '../domain/instant.ts';
import {
  mostPasskeys,
  type Passkey,
  passkeyChallengeSeconds,
  passkeyName,
  passkeyProofSeconds,
} from '../domain/passkey.ts';
import type { Person } from '../domain/person.ts';
import { actor, ourselves } from '../domain/registration.ts';
import type { Tables } from '../ports/system-record.ts';
import type { CreatedCredential, WebAuthnJson } from '../ports/webauthn.ts';
import { after, type FlowContext } from './context.ts';
import { queueNotice } from './queue-notice.ts';

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets' | 'webauthn'>;

/** What lets somebody add a passkey. */
export type PasskeyGrounds =
  /** Card + PIN, or a passkey, in this session. */
  | { readonly type: 'proof'; readonly sessionUid: string; readonly provedAt: Instant | undefined }
  /** An approver's code, for the first one alone. */
  | { readonly type: 'code'; readonly code: string };

/** Why no passkey was added. */
export type PasskeyRefusal =
  | 'person-not-active'
  | 'proof-too-old'
  | 'code-wrong'
  | 'not-the-first'
  | 'too-many-passkeys'
  | 'challenge-unknown'
  | 'passkey-invalid'
  | 'passkey-known';

type Refused = { readonly outcome: 'refused'; readonly reason: PasskeyRefusal };

/** Opens a challenge and says what a browser is to ask its authenticator. */
export async function requestPasskey(
  context: Context,
  { person, grounds }: { readonly person: Person; readonly grounds: PasskeyGrounds },
): Promise<{ readonly outcome: 'offered'; readonly options: WebAuthnJson } | Refused> {
  const { record, clock, secrets, webauthn } = context;
  const challenge = secrets.random(256);
  const refusal = await record.change(async (tables) => {
    const reason = await refusalOf(context, tables, person, grounds);
    if (reason !== undefined) return reason;
    const now = clock.now();
    const expiresAt = after(now, passkeyChallengeSeconds);
    const open = {
      challengeHash: secrets.hash(challenge),
      boundTo: placeOf(context, person, grounds),
      expiresAt,
    };
    await tables.passkeyChallenges.open(open, now);
    return undefined;
  });
  if (refusal !== undefined) return { outcome: 'refused', reason: refusal };
  const known = await record.passkeys.findByPerson(person.personId);
  return { outcome: 'offered', options: await webauthn.creationOptions({ challenge, person, known }) };
}

/**
 * Adds a passkey that a browser made for the challenge of the same session or code; everything is asked again at this
 * moment, and challenge and code are taken in the same step. The person is told.
 */
export async function addPasskey(
  context: Context,
  request: {
    readonly person: Person;
    readonly grounds: PasskeyGrounds;
    readonly response: unknown;
    readonly name: string;
  },
): Promise<{ readonly outcome: 'added'; readonly passkey: Passkey } | Refused> {
  const made = await context.webauthn.verifyCreation(request.response);
  if (made === undefined) return { outcome: 'refused', reason: 'passkey-invalid' };
  const passkey: Passkey = passkeyOf(context, request, made);
  try {
    await context.record.change((tables) => add(context, tables, request, passkey, made.challenge));
  } catch (error) {
    if (error instanceof Withdrawn) return { outcome: 'refused', reason: error.reason };
    throw error;
  }
  return { outcome: 'added', passkey };
}

/** Takes everything back that the change has done so far: a code is not used up by what added nothing. */
class Withdrawn extends Error {
  readonly reason: PasskeyRefusal;

  constructor(reason: PasskeyRefusal) {
    super(reason);
    this.reason = reason;
  }
}

async function add(
  context: Context,
  tables: Tables,
  { person, grounds }: { readonly person: Person; readonly grounds: PasskeyGrounds },
  passkey: Passkey,
  challenge: string,
): Promise<void> {
  const { clock, secrets } = context;
  const now = clock.now();
  const { personId } = person;
  const reason = await refusalOf(context, tables, person, grounds);
  if (reason !== undefined) throw new Withdrawn(reason);
  const taken = { challengeHash: secrets.hash(challenge), boundTo: placeOf(context, person, grounds) };
  if (!(await tables.passkeyChallenges.take(taken, now))) throw new Withdrawn('challenge-unknown');
  if (grounds.type === 'code') {
    const hash = codeHashOf(context, person, grounds.code);
    if (!(await tables.passkeyCodes.use(personId, hash, now))) throw new Withdrawn('code-wrong');
  }
  if (!(await tables.passkeys.add(passkey))) throw new Withdrawn('passkey-known');
  await queueNotice(context, tables, { kind: 'passkey-added', about: passkey.passkeyId, personId });
  const { aaguid, deviceBound, attested } = passkey;
  await tables.audit.append({
    ...{ at: now, type: 'passkey.added', subject: passkey.passkeyId },
    actor: grounds.type === 'code' ? ourselves : actor('person', personId),
    details: { aaguid, attested, by: grounds.type, deviceBound, person: personId },
  });
}

async function refusalOf(
  context: Context,
  tables: Tables,
  { personId }: Person,
  grounds: PasskeyGrounds,
): Promise<PasskeyRefusal | undefined> {
  const now = context.clock.now();
  const person = await tables.people.find(personId);
  if (person?.personId !== personId || person.state !== 'active') return 'person-not-active';
  const passkeys = await tables.passkeys.findByPerson(personId);
  if (grounds.type === 'proof') {
    const { provedAt } = grounds;
    if (provedAt === undefined || !(now < after(provedAt, passkeyProofSeconds))) return 'proof-too-old';
  } else {
    const hash = codeHashOf(context, person, grounds.code);
    if ((await tables.passkeyCodes.find(personId, hash, now)) === undefined) return 'code-wrong';
    if (passkeys.length > 0) return 'not-the-first';
  }
  return passkeys.length >= mostPasskeys ? 'too-many-passkeys' : undefined;
}

function passkeyOf(
  { secrets, clock }: Context,
  { person, name }: { readonly person: Person; readonly name: string },
  { challenge: _, ...credential }: CreatedCredential,
): Passkey {
  return {
    passkeyId: secrets.id() as PasskeyId,
    personId: person.personId,
    ...credential,
    name: passkeyName(name) ?? 'Passkey',
    addedAt: clock.now(),
  };
}

/** Where a challenge counts: another session, person or code has none of it. */
function placeOf({ secrets }: Context, { personId }: Person, grounds: PasskeyGrounds): string {
  const place = grounds.type === 'proof' ? grounds.sessionUid : secrets.hash(grounds.code);
  return secrets.hash(`add\n${grounds.type}\n${personId}\n${place}`);
}

/** Bound to the person, so that it is looked for nowhere else. */
export function codeHashOf(
  { secrets }: Pick<FlowContext, 'secrets'>,
  { personId }: Pick<Person, 'personId'>,
  code: string,
): string {
  return secrets.hash(`passkey-code\n${personId}\n${code}`);
}
