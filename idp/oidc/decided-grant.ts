import { errors, type Grant, type Provider } from 'oidc-provider';
import type { CardId } from '../domain/card.ts';
import type { ReaderId } from '../domain/reader.ts';
import type { Clock } from '../ports/clock.ts';
import type { OidcState } from '../ports/oidc-state.ts';
import { findAuthenticator, type Holders } from './authenticators.ts';
import { isInUse, secondsOf } from './existing-grant.ts';
import { grantIdOn } from './grant-id.ts';
import { markReader } from './reader-marks.ts';

interface Given {
  readonly record: Holders;
  readonly clock: Clock;
  readonly oidcState: OidcState;
}

/** What a tap was decided to give: to whom, by which card, of what. */
export interface DecidedGrant {
  readonly accountId: string;
  readonly clientId: string;
  readonly cardId: CardId;
  /** Where the tap was, of what outlives it: ending the reader may end what was made at it. */
  readonly readerId?: ReaderId;
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
  { record, clock, oidcState }: Given,
  { accountId, clientId, cardId, readerId, scope, claims = [] }: DecidedGrant,
): Promise<Grant> {
  const grant = new provider.Grant({ accountId, clientId });
  const expiresIn = secondsOf(await findAuthenticator(record, cardId), clock.now());
  // Not in the library's types, which have it for tokens: its own lifetime instead of the configured one.
  Object.assign(grant, { expiresIn });
  grant.jti = grantIdOn(cardId);
  grant.addOIDCScope(scope);
  if (claims.length > 0) grant.addOIDCClaims([...claims]);
  await grant.save();
  if (readerId !== undefined) {
    const made = { readerId, personId: accountId, grantId: grant.jti, at: clock.now() };
    await markReader(oidcState, made);
  }
  // Asked after it was saved: a stop since the decision is seen here, and a later one finds the grant and ends it.
  if (await isInUse(record, accountId, cardId)) return grant;
  await grant.destroy();
  throw new errors.AccessDenied('the card was stopped meanwhile');
}
