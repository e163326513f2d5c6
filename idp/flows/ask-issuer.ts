import type { CardFacts, CardId, CardKey } from '../domain/card.ts';
import { decideLogin, type LoginFacts } from '../domain/decide-login.ts';
import type { Instant } from '../domain/instant.ts';
import type { LoginPolicy } from '../domain/login-policy.ts';
import type { Actor } from '../domain/registration.ts';
import type { CertificateVerdict } from '../ports/jpki.ts';
import type { FlowContext } from './context.ts';
import type { StopContext } from './publish-cards.ts';
import { revokeByOcsp } from './revoke-by-ocsp.ts';

export type AskIssuerContext = StopContext &
  Pick<FlowContext, 'record' | 'numbers' | 'certificates' | 'ocsp'>;

/** What is known of a use after the issuer was asked, and what the audit trail says of the answer. */
export interface IssuerWord {
  readonly facts: LoginFacts;
  readonly details: { readonly [name: string]: string };
}

interface CardUse {
  readonly cardKey: CardKey;
  readonly card: CardFacts;
  readonly facts: LoginFacts;
  readonly policy: LoginPolicy;
  readonly now: Instant;
  readonly actor: Actor;
}

/**
 * Asks the issuer at this very use, never a cache; but only where its "good" would let the card in: nobody is asked
 * about a card that is refused anyway. A card that the issuer revoked is revoked here before anything is answered.
 * @param facts of the use, without the issuer's word.
 * @param now the moment of the use, also for its decision: the wait for the issuer does not age a tap.
 * @throws {Fault} `ERR_OCSP_UNAVAILABLE` when there is no trustworthy answer.
 */
export async function askIssuer(context: AskIssuerContext, use: CardUse): Promise<IssuerWord> {
  const { card, facts, policy, now, actor } = use;
  const atBest: LoginFacts = { ...facts, issuerSays: 'good', revocationKnownAt: now };
  if (decideLogin(atBest, policy, now).outcome === 'denied') return { facts: atBest, details: {} };
  const verdict = await certificateOf(context, card.cardId, now);
  if (verdict === undefined) return { facts, details: { certificate: 'not-kept' } };
  if (verdict.outcome === 'refused') return { facts, details: { certificate: verdict.reason } };
  const answer = await context.ocsp.status(verdict.certificate, now);
  if (answer.status === 'revoked') await revokeByOcsp(context, { cardId: card.cardId, answer, actor });
  const { responder, sha256 } = answer.evidence;
  const details = { ocspResponder: responder, ocspSha256: sha256 };
  const asNow = { ...facts, ...(await standNow(context, use)) };
  // The word of an authority that was taken from the anchors meanwhile is no word any more.
  const still = context.certificates.verify(verdict.certificate.der, now);
  if (still.outcome === 'refused')
    return { facts: asNow, details: { ...details, certificate: still.reason } };
  const knownAt = answer.status === 'good' ? answer.thisUpdate : undefined;
  const known = newerOf(facts.revocationKnownAt, knownAt);
  return { facts: { ...asNow, issuerSays: answer.status, ...known }, details };
}

/** Card and reader may have been stopped during the wait; and only this very card was asked about. */
async function standNow(
  { cardIndex, record }: AskIssuerContext,
  { cardKey, card, facts: { presence } }: CardUse,
): Promise<Pick<LoginFacts, 'cards' | 'presence'>> {
  const isTap = presence.type === 'tap';
  const reader = isTap ? await record.readers.find(presence.reader.readerId) : undefined;
  const cards = (await cardIndex.find(cardKey)).filter(({ cardId }) => cardId === card.cardId);
  if (!isTap) return { cards, presence };
  return { cards, presence: { ...presence, reader: reader ?? { ...presence.reader, state: 'disabled' } } };
}

/** The certificate that the card was registered with, verified as it would be today: an anchor may have ended since. */
async function certificateOf(
  { record, numbers, certificates }: AskIssuerContext,
  cardId: CardId,
  now: Instant,
): Promise<CertificateVerdict | undefined> {
  const registration = await record.registrations.findByCard(cardId);
  if (registration?.origin !== 'invitation' || registration.proof === undefined) return undefined;
  const { sealedCertificate, cardKey } = registration.proof;
  return certificates.verify(numbers.open(sealedCertificate, cardKey), now);
}

function newerOf(
  listedAt: Instant | undefined,
  answeredAt: Instant | undefined,
): Pick<LoginFacts, 'revocationKnownAt'> {
  const known = [listedAt, answeredAt].filter((at) => at !== undefined);
  return known.length === 0 ? {} : { revocationKnownAt: Math.max(...known) };
}
