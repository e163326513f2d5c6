import { errors, type Grant, type KoaContextWithOIDC } from 'oidc-provider';
import type { CardId } from '../domain/card.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { Card, SystemRecord } from '../ports/system-record.ts';
import { cardOfGrant, grantIdOn } from './grant-id.ts';
import { cardOf } from './interaction.ts';
import { grantSeconds } from './lifetimes.ts';

interface Holders {
  readonly cards: Pick<SystemRecord['cards'], 'find'>;
  readonly people: Pick<SystemRecord['people'], 'find'>;
}

interface Given {
  readonly record: Holders;
  readonly clock: Clock;
}

/**
 * Takes the place of consent for the organisation's own systems: a sign-in decided for this client gives a grant of what
 * it asked for; without one there is none, and the login prompt asks for a card.
 */
export function existingGrant(given: Given): (ctx: KoaContextWithOIDC) => Promise<Grant | undefined> {
  return (ctx) => grantFor(ctx, given);
}

async function grantFor(ctx: KoaContextWithOIDC, { record, clock }: Given): Promise<Grant | undefined> {
  const { oidc } = ctx;
  const { client, account, session, provider } = oidc;
  if (client === undefined || account === undefined || session === undefined) return undefined;
  if (oidc.result?.login !== undefined) {
    const cardId = cardOf(oidc.result);
    if (cardId === undefined) throw new errors.AccessDenied('no card was decided for');
    const { accountId } = account;
    const { clientId } = client;
    const grant = new provider.Grant({ accountId, clientId });
    // Not in the library's types, which have it for tokens: its own lifetime instead of the configured one.
    Object.assign(grant, { expiresIn: secondsOf(await record.cards.find(cardId), clock.now()) });
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

/** A grant ends with its card, to the second: what was given in it must not outlive the certificate. */
function secondsOf(card: Card | undefined, now: Instant): number {
  // The certificate is valid through its last second.
  const left = card === undefined ? 0 : Math.floor((card.notAfter - now) / msPerSecond) + 1;
  // The library insists on a positive number; who has none left is refused below or by the decision.
  return Math.max(1, Math.min(grantSeconds, left));
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
