import type { Context } from 'koa';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { KnownClients } from '../flows/known-clients.ts';

/** Under which the tap grant says what its sign-in was: it has no code. */
export const ownTap = 'OwnTap';

/** What a token says of the sign-in that it comes from. @see RFC 9470 §6.1 and §6.2 (`acr`, `auth_time`) */
export const signInOfToken: NonNullable<Configuration['extraTokenClaims']> = (ctx, token) => {
  if (token.kind !== 'AccessToken') return undefined;
  const entities = ctx.oidc.entities as { readonly [kind: string]: SignIn | undefined };
  const { RefreshToken, AuthorizationCode, DeviceCode, BackchannelAuthenticationRequest } = entities;
  const { acr, authTime } =
    RefreshToken ??
    AuthorizationCode ??
    DeviceCode ??
    BackchannelAuthenticationRequest ??
    entities[ownTap] ??
    {};
  return {
    ...(acr === undefined ? {} : { acr }),
    ...(authTime === undefined ? {} : { auth_time: authTime }),
  };
};

interface SignIn {
  readonly acr?: string;
  readonly authTime?: number;
}

/**
 * What is missing of the sign-in behind an access token, where its client meanwhile accepts less than it did.
 * @returns the acrs of which one would do, separated by spaces; `undefined` where nothing is missing
 * @see RFC 9470 §3
 */
export function missingAssurance(ctx: Context, clients: KnownClients): string | undefined {
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  const token = oidc?.entities.AccessToken;
  // Tokens from before they said so, and grants without a sign-in, say nothing that could be missing.
  const acr = token?.extra?.acr;
  const accepted = clients.find(token?.clientId ?? '')?.policy.acceptedAcr;
  if (typeof acr !== 'string' || accepted === undefined) return undefined;
  return accepted.some((one) => one === acr) ? undefined : accepted.join(' ');
}
