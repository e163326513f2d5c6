import type { Grant, KoaContextWithOIDC } from 'oidc-provider';

/**
 * Takes the place of consent for the organisation's own systems: a sign-in decided for this client gives a grant of what
 * it asked for; without one there is none, and the login prompt asks for a card.
 */
export async function existingGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { oidc } = ctx;
  const { client, account, session, provider } = oidc;
  if (client === undefined || account === undefined || session === undefined) return undefined;
  if (oidc.result?.login !== undefined) {
    const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    return covering(ctx, grant);
  }
  const grantId = session.grantIdFor(client.clientId);
  const grant = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  return grant?.accountId === account.accountId ? covering(ctx, grant) : undefined;
}

/** The same grant with the scopes and claims of this request; saved when it is new or grew. */
async function covering({ oidc }: KoaContextWithOIDC, grant: Grant): Promise<Grant> {
  const scopes = [...oidc.requestParamOIDCScopes];
  const claims = [...oidc.requestParamClaims];
  const covered =
    grant.jti !== undefined &&
    grant.getOIDCScopeFiltered(new Set(scopes)).split(' ').length === scopes.length &&
    claims.every((claim) => grant.getOIDCClaims().includes(claim));
  if (covered) return grant;
  grant.addOIDCScope(scopes.join(' '));
  if (claims.length > 0) grant.addOIDCClaims(claims);
  await grant.save();
  return grant;
}
