import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import {
  buildTokenResponse,
  checkDpopReplay,
  checkDpopRequired,
  checkMtlsCert,
  findAccount,
  resolveAndApplyResource,
  validateClientScope,
  validateDpop,
} from 'oidc-provider/lib/helpers/grants.js';
import { deviceGrantTypes } from '../domain/device-grant.ts';
import { InvalidInput } from '../domain/fault.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { ClaimedTap } from '../flows/accept-tap.ts';
import type { FlowContext } from '../flows/context.ts';
import { logInWithOwnTap, type OwnTapOutcome } from '../flows/log-in-with-own-tap.ts';
import type { Sealed } from '../flows/receive-signed.ts';
import { settingsOf } from './client-settings.ts';
import { saveDecidedGrant } from './decided-grant.ts';
import { ownTap } from './step-up-challenge.ts';

/** What devices without a browser are served with. */
export interface TapGrantParts {
  readonly context: FlowContext;
  /** Reads a signed tap as the wire has it. @throws {InvalidInput} when it is none. */
  readonly openTap: (token: string) => Sealed<ClaimedTap>;
}

type Granted = OwnTapOutcome & { readonly outcome: 'granted' };
type GrantContext = TokenEndpointGrantContext<{ assertion?: string; scope?: string }>;

/**
 * A door or punch clock turns a tap at its own reader into tokens for that person: the assertion is the signed tap.
 * Nothing lasts beyond the access token: no session, no refresh token; the next person's tap is the next sign-in.
 * @see RFC 7523 §2.1
 */
export function registerTapGrant(provider: Provider, parts: TapGrantParts): void {
  provider.registerGrantType<{ assertion?: string; scope?: string }>(
    deviceGrantTypes.tap,
    async (ctx) => {
      const { assertion } = ctx.oidc.params;
      if (assertion === undefined) throw new errors.InvalidRequest('missing required parameter(s) assertion');
      const scopes = askedScopes(provider, ctx);
      const dPoP = await validateDpop(provider, ctx);
      checkDpopRequired(provider, ctx, dPoP);
      const certificate = checkMtlsCert(provider, ctx);
      const login = await decide(parts, ctx, assertion);
      const given = await prepare(provider, parts, ctx, login, scopes);
      if (certificate !== undefined) given.token.setThumbprint('x5t', certificate);
      if (dPoP !== undefined) {
        const { clientId } = ctx.oidc.client;
        await checkDpopReplay(provider, ctx, dPoP, clientId, errors.InvalidGrant);
        given.token.setThumbprint('jkt', dPoP.thumbprint);
      }
      await answer(provider, ctx, login, given);
    },
    ['assertion', 'scope'],
  );
}

/** `openid` unless it says otherwise; unknown names are left out, as everywhere. @see RFC 6749 §3.3 */
function askedScopes(provider: Provider, ctx: GrantContext): Set<string> {
  const { scope = 'openid' } = ctx.oidc.params;
  return validateClientScope(
    provider,
    ctx,
    scope.split(' ').filter((name) => name !== 'offline_access'),
  );
}

async function decide({ context, openTap }: TapGrantParts, ctx: GrantContext, assertion: string) {
  const { clientId } = ctx.oidc.client;
  const outcome = await logInWithOwnTap(context, { clientId, sealed: opened(openTap, assertion) });
  if (outcome.outcome === 'granted') return outcome;
  // Of a reader that is this client's: it may know why, to say it to whoever stands there.
  throw new errors.CustomOIDCProviderError('invalid_grant', outcome.reason);
}

function opened(openTap: TapGrantParts['openTap'], assertion: string): Sealed<ClaimedTap> {
  try {
    return openTap(assertion);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new errors.CustomOIDCProviderError('invalid_grant', 'message-malformed');
  }
}

async function prepare(
  provider: Provider,
  { context }: TapGrantParts,
  ctx: GrantContext,
  { personId, cardId, readerId, acr, tappedAt }: Granted,
  scopes: Set<string>,
) {
  const { client } = ctx.oidc;
  const { clientId } = client;
  const account = await findAccount(provider, ctx, personId, { clientId });
  if (account === undefined) throw new errors.CustomOIDCProviderError('invalid_grant', 'person-suspended');
  const { accountId } = account;
  const scope = [...scopes].join(' ');
  const grant = await saveDecidedGrant(provider, context, {
    ...{ accountId, clientId, cardId, readerId, scope },
    // A door's taps are many, and nothing of one lasts beyond its access token.
    mostSeconds: settingsOf(context.clients, client).lifetimes.accessTokenSeconds,
  });
  const token = new provider.AccessToken({ accountId, client, grantId: grant.jti, gty: 'tap' });
  ctx.oidc.entity('Account', account);
  ctx.oidc.entity('Grant', grant);
  ctx.oidc.entity(ownTap, { acr, authTime: Math.floor(tappedAt / msPerSecond) });
  await resolveAndApplyResource(provider, ctx, { scopes, claims: {} }, token, grant);
  return { account, token, scope };
}

async function answer(
  provider: Provider,
  ctx: GrantContext,
  { acr, amr, tappedAt }: Granted,
  { account, token, scope }: Awaited<ReturnType<typeof prepare>>,
): Promise<void> {
  ctx.oidc.entity('AccessToken', token);
  const accessToken = await token.save();
  const asksOpenId = scope.split(' ').includes('openid');
  const claims = asksOpenId ? await account.claims('id_token', scope, {}, []) : {};
  const idToken = new provider.IdToken(
    { ...claims, acr, amr, auth_time: Math.floor(tappedAt / msPerSecond) },
    { ctx },
  );
  // What else the scopes release is userinfo's. Not in the library's types.
  Object.assign(idToken, { scope: 'openid', mask: {}, rejected: [] });
  ctx.body = buildTokenResponse(provider, {
    accessToken,
    tokenType: token.tokenType,
    expiresIn: token.expiration,
    ...(token.scope === undefined ? {} : { scope: token.scope }),
    ...(asksOpenId ? { idToken: await idToken.issue({ use: 'idtoken' }) } : {}),
  });
}
