import { errors, type Grant, type Provider } from 'oidc-provider';
import type { CardId } from '../domain/card.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { SystemRecord } from '../ports/system-record.ts';
import { grantIdOn } from './grant-id.ts';
import { grantSeconds } from './lifetimes.ts';

interface Given {
  readonly record: Pick<SystemRecord, 'cards' | 'people'>;
  readonly clock: Clock;
}

/** What a tap was decided to give: to whom, by which card, of what. */
export interface DecidedGrant {
  readonly accountId: string;
  readonly clientId: string;
  readonly cardId: CardId;
  /** OpenID scopes, separated by spaces. */
  readonly scope: string;
  readonly claims?: readonly string[];
}

/**
 * A grant without a browser and without a session: it rests on the card, and ends with it.
 * @throws `access_denied` when the card or its holder was stopped since the decision.
 */
export async function saveDecidedGrant(
  provider: Provider,
  { record, clock }: Given,
  { accountId, clientId, cardId, scope, claims = [] }: DecidedGrant,
): Promise<Grant> {
  const grant = new provider.Grant({ accountId, clientId });
  const expiresIn = await secondsOf(record, cardId, clock.now());
  // Not in the library's types, which have it for tokens: its own lifetime instead of the configured one.
  Object.assign(grant, { expiresIn });
  grant.jti = grantIdOn(cardId);
  grant.addOIDCScope(scope);
  if (claims.length > 0) grant.addOIDCClaims([...claims]);
  await grant.save();
  // Asked after it was saved: a stop since the decision is seen here, and a later one finds the grant and ends it.
  if (await isInUse(record, cardId, accountId)) return grant;
  await grant.destroy();
  throw new errors.AccessDenied('the card was stopped meanwhile');
}

async function secondsOf({ cards }: Given['record'], cardId: CardId, now: Instant): Promise<number> {
  const card = await cards.find(cardId);
  // The certificate is valid through its last second; the library insists on a positive number.
  const left = card === undefined ? 0 : Math.floor((card.notAfter - now) / msPerSecond) + 1;
  return Math.max(1, Math.min(grantSeconds, left));
}

async function isInUse(
  { cards, people }: Given['record'],
  cardId: CardId,
  accountId: string,
): Promise<boolean> {
  const card = await cards.find(cardId);
  if (card?.state !== 'active' || card.personId !== accountId) return false;
  return (await people.find(card.personId))?.state === 'active';
}
