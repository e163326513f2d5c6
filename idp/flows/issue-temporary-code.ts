import type { TemporaryCodeId } from '../domain/factor.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import type { Person } from '../domain/person.ts';
import { type Actor, actor } from '../domain/registration.ts';
import { endOfDay } from '../domain/temporary-code.ts';
import { shownCode } from '../domain/typed-code.ts';
import type { Tables } from '../ports/system-record.ts';
import { entitlementProblem } from './approval-rules.ts';
import type { FlowContext } from './context.ts';
import { changeAndStop, type StopContext } from './publish-cards.ts';
import { queueNotice } from './queue-notice.ts';
import { requirePerson } from './require.ts';

type Context = StopContext & Pick<FlowContext, 'secrets'>;

/** Eight letters would do for a day, guesses being slowed; the hash in the record asks for more. */
const codeBits = 60;
const keptMs = 30 * 24 * 3_600_000;

/**
 * Gives somebody who forgot the card a code that signs in once, today: handed over by an approver who sees the person.
 * A code before it, and what rests on it, ends. The person is told.
 * @throws {InvalidInput} `ERR_PERSON_UNKNOWN`, `ERR_PERSON_NOT_ACTIVE`, `ERR_NOT_ENTITLED`.
 */
export async function issueTemporaryCode(
  context: Context,
  { person: idOrUid, issuer }: { readonly person: string; readonly issuer: Actor },
): Promise<{ readonly code: string; readonly uid: string; readonly expiresAt: Instant }> {
  const { clock, secrets } = context;
  const code = secrets.random(codeBits);
  const codeId = secrets.id() as TemporaryCodeId;
  const issuedAt = clock.now();
  const expiresAt = endOfDay(issuedAt);
  const { uid } = await changeAndStop(
    context,
    async (tables) => {
      const person = await requireEntitled(tables, idOrUid, issuer);
      const { personId } = person;
      const ended = await tables.temporaryCodes.revokeOf(personId);
      await tables.temporaryCodes.forget(issuedAt - keptMs);
      const issued = { codeId, personId, state: 'open', issuedBy: issuer, issuedAt, expiresAt } as const;
      await tables.temporaryCodes.add(issued, codeHashOf(context, person, code));
      await queueNotice(context, tables, { kind: 'temporary-code-issued', about: codeId, personId });
      const event = { at: issuedAt, type: 'person.code-issued', actor: issuer, subject: personId } as const;
      await tables.audit.append({ ...event, details: { code: codeId } });
      return { uid: person.uid, personId, ended };
    },
    ({ personId, ended }) =>
      ended.map((authenticator) => ({ personId, authenticator, cause: 'person.code-issued' as const })),
  );
  return { code: shownCode(code), uid, expiresAt };
}

/** Ends the codes of a person, and what rests on them. @throws {InvalidInput} `ERR_PERSON_UNKNOWN`. */
export async function revokeTemporaryCodes(
  context: Context,
  { person: idOrUid, actor: by }: { readonly person: string; readonly actor: Actor },
): Promise<{ readonly uid: string; readonly revoked: number }> {
  const { uid, ended } = await changeAndStop(
    context,
    async (tables) => {
      const person = await requirePerson(tables, idOrUid);
      const ended = await tables.temporaryCodes.revokeOf(person.personId);
      const at = context.clock.now();
      const event = { at, type: 'person.code-revoked', actor: by, subject: person.personId } as const;
      if (ended.length > 0) await tables.audit.append(event);
      return { uid: person.uid, personId: person.personId, ended };
    },
    ({ personId, ended: codes }) =>
      codes.map((authenticator) => ({ personId, authenticator, cause: 'person.code-revoked' as const })),
  );
  return { uid, revoked: ended.length };
}

/** A code is found with its person only: the same letters are nobody else's. */
export function codeHashOf(
  { secrets }: Pick<FlowContext, 'secrets'>,
  { personId }: Pick<Person, 'personId'>,
  code: string,
): string {
  return secrets.hash(`temporary code ${personId} ${code}`);
}

async function requireEntitled(tables: Tables, idOrUid: string, issuer: Actor): Promise<Person> {
  const person = await requirePerson(tables, idOrUid);
  if (person.state !== 'active') {
    throw new InvalidInput(
      'ERR_PERSON_NOT_ACTIVE',
      `${person.uid} is ${person.state}: only somebody active gets a code.`,
    );
  }
  const isOwn = issuer === actor('person', person.personId);
  if (!isOwn && (await entitlementProblem(tables, person, issuer)) === undefined) return person;
  throw new InvalidInput(
    'ERR_NOT_ENTITLED',
    'A code is issued by an approver or administrator of the person’s organisation, and not to oneself.',
  );
}
