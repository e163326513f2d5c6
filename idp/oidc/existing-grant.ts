import { errors, type Grant, type KoaContextWithOIDC } from 'oidc-provider';
import type { CardId } from '../domain/card.ts';
import type { SystemRecord } from '../ports/system-record.ts';
import { cardOfGrant, grantIdOn } from './grant-id.ts';
import { cardOf } from './interaction.ts';

interface Holders {
  readonly cards: Pick<SystemRecord['cards'], 'find'>;
  readonly people: Pick<SystemRecord['people'], 'find'>;
}

/**
 * Takes the place of consent for the organisation's own systems: a sign-in decided for this client gives a grant of what
 * it asked for; without one there is none, and the login prompt asks for a card.
 */
export function existingGrant(record: Holders): (ctx: KoaContextWithOIDC) => Promise<Grant | undefined> {
  return (ctx) => grantFor(ctx, record);
}

async function grantFor(ctx: KoaContextWithOIDC, record: Holders): Promise<Grant | undefined> {
  const { oidc } = ctx;
  const { client, account, session, provider } = oidc;
  if (client === undefined || account === undefined || session === undefined) return undefined;
  if (oidc.result?.login !== undefined) {
    const cardId = cardOf(oidc.result);
    if (cardId === undefined) throw new errors.AccessDenied('no card was decided for');
    const { accountId } = account;
    const { clientId } = client;
    const grant = new provider.Grant({ accountId, clientId });
    grant.jti = grantIdOn(cardId);
    extend(ctx, grant);
    await grant.save();
    if (await isInUse(record, cardId)) return grant;
    await grant.destroy();
    throw new errors.AccessDenied('the card was stopped meanwhile');
  }
  const grantId = session.grantIdFor(client.clientId);
  const grant = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  return grant?.accountId === account.accountId ? covering(ctx, record, grant) : undefined;
}

/**
 * Asked after a grant was saved: a stop of the card or its holder since the decision is seen here, and a later one finds
 * the grant and ends it. Without a grant neither code nor session is worth anything.
 */
async function isInUse({ cards, people }: Holders, cardId: CardId): Promise<boolean> {
  const card = await cards.find(cardId);
  if (card?.state !== 'active') return false;
  return (await people.find(card.personId))?.state === 'active';
}

/** The same grant with the scopes and claims of this request; saved when it grew. A stop meanwhile is not undone by that. */
async function covering(ctx: KoaContextWithOIDC, record: Holders, grant: Grant): Promise<Grant | undefined> {
  const { oidc } = ctx;
  const scopes = [...oidc.requestParamOIDCScopes];
  const claims = [...oidc.requestParamClaims];
  const covered =
    grant.getOIDCScopeFiltered(new Set(scopes)).split(' ').length === scopes.length &&
    claims.every((claim) => grant.getOIDCClaims().includes(claim));
  if (covered) return grant;
  extend(ctx, grant);
  await grant.save();
  const cardId = cardOfGrant(grant.jti);
  if (cardId === undefined || (await isInUse(record, cardId))) return grant;
  await grant.destroy();
  return undefined;
}

function extend({ oidc }: KoaContextWithOIDC, grant: Grant): void {
  grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(' '));
  const claims = [...oidc.requestParamClaims];
  if (claims.length > 0) grant.addOIDCClaims(claims);
}
