import type { Grant, Provider } from 'oidc-provider';
import type { CardId } from '../domain/card.ts';
import type { ReaderId } from '../domain/reader.ts';
import { type RestingGrantParts, saveRestingGrant } from './resting-grant.ts';

/** What a tap was decided to give: to whom, by which card, of what. */
export interface DecidedGrant {
  readonly accountId: string;
  readonly clientId: string;
  readonly cardId: CardId;
  /** Where the tap was. */
  readonly readerId: ReaderId;
  /** Where nothing that is given in it lives longer. */
  readonly mostSeconds?: number;
  /** OpenID scopes, separated by spaces. */
  readonly scope: string;
  readonly claims?: readonly string[];
}

/**
 * A grant without a browser and without a session: it rests on the card, and ends with it.
 * @throws `access_denied` when the card, its holder or the reader was stopped since the decision.
 */
export async function saveDecidedGrant(
  provider: Provider,
  parts: RestingGrantParts,
  { accountId, clientId, cardId, scope, claims = [], ...rest }: DecidedGrant,
): Promise<Grant> {
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope(scope);
  if (claims.length > 0) grant.addOIDCClaims([...claims]);
  await saveRestingGrant(grant, parts, { ...rest, authenticator: cardId });
  return grant;
}
