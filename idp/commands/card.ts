import { isCardKind, parseCardNumber } from '../domain/card.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { Registration } from '../domain/registration.ts';
import { restoreCard, revokeCard, suspendCard } from '../flows/change-card.ts';
import type { FlowContext } from '../flows/context.ts';
import { approveRegistration, rejectRegistration } from '../flows/decide-registration.ts';
import type { Card } from '../ports/system-record.ts';
import { refusalText } from './approval-text.ts';
import { showConsent } from './card-consent.ts';
import { listExpiring, wholeDays } from './card-expiring.ts';
import { flag, type RecordCommand, recordCommand, type Typed, text, word } from './command.ts';
import { isoMonth, table, timeInJapan } from './table.ts';

interface ListedCard {
  readonly id: string;
  /** `pending`: a registration that waits for approval; its id is the one to approve. */
  readonly state: Card['state'] | 'pending';
  readonly kind: string;
  readonly uid: string;
  readonly displayName: string;
  readonly expiresMonth: string;
  /** The device that asked for it; nothing was signed. */
  readonly requestedAt?: string;
}

interface IdInput {
  readonly id: string;
  readonly reason?: string;
}

export const cardCommands = [
  recordCommand({
    name: 'card list',
    summary: 'registered cards, and registrations that wait for approval',
    read: () => ({}),
    run: (context) => listCards(context, () => true),
    text: cardTable,
  }),
  recordCommand({
    name: 'card find',
    summary: 'whose card has this number, or waits with it (it is neither stored nor logged)',
    shape: (command) =>
      command
        .argument('<number>', 'serial number, IDm or UID in hex')
        .option('--kind <kind>', 'jpki, felica or uid', 'jpki'),
    read: (typed) => {
      const kind = text(typed, 'kind') ?? 'jpki';
      if (!isCardKind(kind)) throw new InvalidInput('ERR_CARD_KIND', '--kind is jpki, felica or uid.');
      return parseCardNumber(kind, word(typed, 0));
    },
    run: async (context, input: ReturnType<typeof parseCardNumber>) => {
      const cardKey = context.numbers.keyOf(input);
      const cards = await context.record.cards.findByKey(cardKey);
      // An approver with the card in hand sees whether it is the one that was asked for.
      const waiting = await context.record.registrations.findPendingByCardKey(cardKey);
      const ids = new Set<string>(cards.map(({ cardId }) => cardId));
      for (const { registrationId } of waiting) ids.add(registrationId);
      return listCards(context, ({ id }) => ids.has(id));
    },
    text: (cards: readonly ListedCard[]) =>
      cards.length === 0 ? 'No card has that number, and none waits with it.' : cardTable(cards),
    succeeded: (cards) => cards.length > 0,
  }),
  recordCommand({
    name: 'card expiring',
    summary: 'whose cards end soon, by month, and who was told',
    shape: (command) =>
      command.option('--days <number>', 'how far ahead; whole months, because the day is a birthday', '60'),
    read: (typed) => ({ days: wholeDays(text(typed, 'days') ?? '60') }),
    run: (context, { days }: { readonly days: number }) => listExpiring(context, days),
    text: (cards) =>
      table(
        ['EXPIRES', 'UID', 'NAME', 'MAIL', 'TOLD', 'CARD'],
        cards.map((one) => [
          ...[one.expiresMonth, one.uid, one.displayName, one.hasMail ? 'yes' : 'none'],
          ...[one.told, one.id],
        ]),
        'No card in use ends in that time.',
      ),
  }),
  recordCommand({
    name: 'card consent',
    summary: 'what the holder agreed to when the card was registered',
    shape: (command) => command.argument('<id>', 'the id of the card or of its registration'),
    read: idOf,
    run: (context, { id }: IdInput) => showConsent(context, id),
    text: ({ version, agreedAt, sha256, ja, en }) =>
      `Version ${version}, agreed at ${timeInJapan(agreedAt)}\nSHA-256 ${sha256}, signed by the card\n\n${ja}\n\n${en}`,
  }),
  recordCommand({
    name: 'card approve',
    summary: 'let a registration become a card; certificate and OCSP are checked again',
    shape: (command) =>
      command
        .argument('<id>', 'the registration’s id, from `kazasu card list`')
        .option('--face-to-face', 'person and card are before me, and the person agrees that it is kept'),
    read: (typed) => ({ id: word(typed, 0), faceToFace: flag(typed, 'faceToFace') }),
    run: (context, { id, faceToFace }: { readonly id: string; readonly faceToFace: boolean }, approver) =>
      approveRegistration(context, { registration: id, approver, faceToFace }),
    text: (outcome) =>
      outcome.outcome === 'approved'
        ? `Approved: card ${outcome.cardId} works from this moment.`
        : `Not approved. ${refusalText(outcome)}`,
    succeeded: ({ outcome }) => outcome === 'approved',
  }),
  recordCommand({
    name: 'card reject',
    summary: 'refuse a registration',
    shape: (command) =>
      command
        .argument('<id>', 'the registration’s id, from `kazasu card list`')
        .option('--reason <text>', 'said to the person'),
    read: (typed) => {
      const reason = text(typed, 'reason');
      return { id: word(typed, 0), ...(reason === undefined ? {} : { reason }) };
    },
    run: (context, { id, reason }: IdInput, approver) =>
      rejectRegistration(context, {
        registration: id,
        approver,
        ...(reason === undefined ? {} : { reason }),
      }),
    text: (outcome) =>
      outcome.outcome === 'rejected' ? 'Rejected.' : `Not rejected. ${refusalText(outcome)}`,
    succeeded: ({ outcome }) => outcome === 'rejected',
  }),
  changing(
    'card suspend',
    'stop a card at once',
    suspendCard,
    'is suspended: it is refused from this moment.',
  ),
  changing(
    'card restore',
    'lift our own suspension (never the issuer’s revocation)',
    restoreCard,
    'works again.',
  ),
  changing('card revoke', 'end a card for good', revokeCard, 'is revoked for good.'),
];

function changing(
  name: string,
  summary: string,
  change: (
    context: FlowContext,
    request: { card: string; actor: Parameters<RecordCommand['run']>[2] },
  ) => Promise<Card>,
  done: string,
): RecordCommand {
  return recordCommand({
    name,
    summary,
    shape: (command) => command.argument('<id>', 'the card’s id, from `kazasu card list`'),
    read: idOf,
    run: async (context, { id }: IdInput, actor) => {
      const { cardId, state } = await change(context, { card: id, actor });
      return { id: cardId, state };
    },
    text: ({ id }) => `Card ${id} ${done}`,
  });
}

function idOf(typed: Typed): IdInput {
  return { id: word(typed, 0) };
}

/** What an approver has to know of a card that waits. */
function waitingCard(
  clients: FlowContext['clients'],
  registration: Registration,
): Pick<ListedCard, 'kind' | 'expiresMonth' | 'requestedAt'> {
  if (registration.origin === 'device') {
    const { requested, clientId } = registration;
    return { kind: requested.kind, expiresMonth: '', requestedAt: clients.find(clientId)?.name ?? clientId };
  }
  const { proof } = registration;
  return { kind: proof?.kind ?? 'jpki', expiresMonth: proof === undefined ? '' : isoMonth(proof.notAfter) };
}

async function listCards(
  { record, clients }: FlowContext,
  wanted: (card: ListedCard) => boolean,
): Promise<readonly ListedCard[]> {
  const people = new Map((await record.people.list()).map((person) => [person.personId, person]));
  const named = (personId: Card['personId']) => ({
    uid: people.get(personId)?.uid ?? '',
    displayName: people.get(personId)?.displayName ?? '',
  });
  const waiting = (await record.registrations.list('pending')).map((registration) => ({
    id: registration.registrationId as string,
    state: 'pending' as const,
    ...waitingCard(clients, registration),
    ...named(registration.personId),
  }));
  const cards = (await record.cards.list()).map(({ cardId, state, kind, personId, notAfter }) => ({
    id: cardId as string,
    state,
    kind,
    ...named(personId),
    expiresMonth: isoMonth(notAfter),
  }));
  return [...waiting, ...cards].filter(wanted);
}

function cardTable(cards: readonly ListedCard[]): string {
  return table(
    ['ID', 'STATE', 'KIND', 'UID', 'NAME', 'EXPIRES', 'NOTE'],
    cards.map(({ id, state, kind, uid, displayName, expiresMonth, requestedAt }) => [
      ...[id, state, kind, uid, displayName, expiresMonth],
      requestedAt === undefined ? '' : `asked for at ${requestedAt}, not signed: approve --face-to-face`,
    ]),
    'No cards yet. A person registers one with: kazasu person invite UID, then kazasu bridge register --invite CODE',
  );
}
