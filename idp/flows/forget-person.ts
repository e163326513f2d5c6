import type { CardKey } from '../domain/card.ts';
import { InvalidInput } from '../domain/fault.ts';
import { foldText } from '../domain/fold-text.ts';
import type { Person, PersonId } from '../domain/person.ts';
import type { Actor } from '../domain/registration.ts';
import type { Card, Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { eraseTraces, oweErasure } from './erase-traces.ts';
import { changeAndStop, type StopContext } from './publish-cards.ts';
import { requirePerson } from './require.ts';

type Context = StopContext & Pick<FlowContext, 'taps' | 'erasure' | 'secrets'>;

/**
 * Deletes somebody who left, with everything that was kept of them: cards, registrations and their evidence, invitations,
 * notices, taps, sessions, index entries. What stays is the audit trail, which knows people by internal ids only.
 * When an outage comes in between, the person is gone from the record all the same, and the files are wiped later.
 * @throws {InvalidInput} `ERR_PERSON_UNKNOWN`, `ERR_PERSON_NOT_LEFT`.
 */
export async function forgetPerson(
  context: Context,
  { person: id, actor }: { readonly person: string; readonly actor: Actor },
): Promise<{ readonly cards: number }> {
  const token = context.secrets.id();
  const { person, cards, evidence } = await remove(context, id, actor, token);
  await context.taps.forget(cards);
  await eraseTraces(context, token, [...tracesOf(person, cards), ...evidence]);
  return { cards: cards.length };
}

interface Removed {
  readonly person: Person;
  readonly cards: readonly Card[];
  /** What was kept of registrations, also of those that never made a card, and of notices. */
  readonly evidence: readonly (string | Uint8Array)[];
}

function remove(context: Context, id: string, actor: Actor, token: string): Promise<Removed> {
  const at = context.clock.now();
  return changeAndStop(
    context,
    async (tables) => {
      const person = await requirePerson(tables, id);
      if (person.state !== 'left') {
        throw new InvalidInput(
          'ERR_PERSON_NOT_LEFT',
          `${person.uid} is ${person.state}: only somebody who left can be forgotten. First: kazasu person leave ${person.uid}`,
        );
      }
      const { personId } = person;
      const cards = await tables.cards.findByPerson(personId);
      const evidence = await evidenceOf(tables, personId, cards);
      const passkeys = await tables.passkeys.findByPerson(personId);
      await tables.notices.removeOf(personId);
      await tables.registrations.removeOf(personId);
      await tables.invitations.removeOf(personId);
      await tables.temporaryCodes.removeOf(personId);
      await tables.passkeys.removeOf(personId);
      await tables.clientIdentifiers.removeOf(personId);
      await tables.clientConsents.removeOf(personId);
      await tables.passkeyCodes.removeOf(personId);
      await tables.cards.removeOf(personId);
      await tables.people.remove(personId);
      await oweErasure(tables, token);
      const details = { cards: cards.length };
      await tables.audit.append({ at, type: 'person.forgotten', actor, subject: personId, details });
      const keys = passkeys.flatMap(({ credentialId, publicKey }) => [credentialId, publicKey]);
      return { person, cards, evidence: [...evidence, ...keys] };
    },
    ({ person: { personId } }) => [{ personId, cause: 'person.forgotten' }],
  );
}

/**
 * Sealed numbers, certificates and answers; and notices by their ids, because what one said is taken out of it before:
 * where an old copy of its row is left, the id stands beside the words.
 */
async function evidenceOf(
  tables: Tables,
  personId: PersonId,
  cards: readonly Card[],
): Promise<readonly (string | Uint8Array)[]> {
  const registrations = await tables.registrations.findByPerson(personId);
  const kept = registrations.flatMap((registration): readonly (string | Uint8Array | undefined)[] => {
    if (registration.origin === 'device') {
      const { sealedNumber, cardKey } = registration.requested;
      return [sealedNumber, octetsOf(cardKey)];
    }
    const { proof, approvalEvidence } = registration;
    return [
      ...[proof?.sealedNumber, proof?.sealedCertificate],
      ...[proof?.ocspEvidence?.sealed, approvalEvidence?.sealed],
    ];
  });
  const abouts = [
    ...registrations.map(({ registrationId }) => registrationId),
    ...cards.map(({ cardId }) => cardId),
  ];
  for (const about of abouts) {
    kept.push(...(await tables.notices.findAbout(about)).map(({ noticeId }) => noticeId));
  }
  return kept.filter((trace): trace is string | Uint8Array => trace !== undefined && trace !== '');
}

/** By what a person could be found in the octets of a file. */
function tracesOf(person: Person, cards: readonly Card[]): readonly (string | Uint8Array)[] {
  const { uid, displayName, displayNameKana, mail, employeeNumber } = person;
  const texts = [uid, displayName, displayNameKana, mail, employeeNumber].filter(
    (text) => text !== undefined,
  );
  return [
    ...texts.filter((text) => text !== ''),
    ...texts.map(foldText).filter((text) => text !== ''),
    ...cards.map(({ sealedNumber }) => sealedNumber),
    ...cards.map(({ cardKey }) => octetsOf(cardKey)),
  ];
}

function octetsOf(cardKey: CardKey): Uint8Array {
  return Uint8Array.from(cardKey.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
}
