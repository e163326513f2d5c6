import { errors, type Grant, type KoaContextWithOIDC } from 'oidc-provider';
import type { KnownClients } from '../flows/known-clients.ts';
import type { Holders } from './authenticators.ts';
import { basisOfGrant } from './grant-id.ts';
import { basisOf, factorsOf, readerOf } from './interaction.ts';
import { isInUse, type RestingGrantParts, saveRestingGrant } from './resting-grant.ts';
import { keepIn, speakFor } from './session-factors.ts';

interface Given extends RestingGrantParts {
  readonly clients: KnownClients;
}

/**
 * Takes the place of consent for the organisation's own systems: a sign-in decided for this client gives a grant of what
 * it asked for; without one there is none, and the login prompt asks to sign in.
 */
export function existingGrant(given: Given): (ctx: KoaContextWithOIDC) => Promise<Grant | undefined> {
  return (ctx) => grantFor(ctx, given);
}

async function grantFor(ctx: KoaContextWithOIDC, given: Given): Promise<Grant | undefined> {
  const { client, account, session, provider, result } = ctx.oidc;
  if (client === undefined || account === undefined || session === undefined) return undefined;
  const { accountId } = account;
  const { clientId } = client;
  if (result?.login === undefined) {
    speakFor(ctx, given.clients);
    const grantId = session.grantIdFor(clientId);
    const grant = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    return grant?.accountId === accountId ? covering(ctx, given.record, grant) : undefined;
  }
  const basis = basisOf(result);
  if (basis === undefined) throw new errors.AccessDenied('nothing was decided');
  const grant = new provider.Grant({ accountId, clientId });
  extend(ctx, grant);
  const authenticator = basis === 'person' ? undefined : basis;
  await saveRestingGrant(grant, given, { authenticator, readerId: readerOf(result) });
  keepIn(session, clientId, factorsOf(result));
  return grant;
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
  const basis = basisOfGrant(grant.jti);
  const authenticator = basis === 'person' ? undefined : basis;
  if (await isInUse(record, String(grant.accountId), authenticator)) return grant;
  await grant.destroy();
  return undefined;
}

function extend({ oidc }: KoaContextWithOIDC, grant: Grant): void {
  grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(' '));
  const claims = [...oidc.requestParamClaims];
  if (claims.length > 0) grant.addOIDCClaims(claims);
}
