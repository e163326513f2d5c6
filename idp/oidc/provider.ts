import type { Context } from 'koa';
import { type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { acrNames, toAcr } from '../domain/assurance.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';
import type { FlowContext } from '../flows/context.ts';
import { openClientSecret } from '../flows/manage-clients.ts';
import type { LogoutNotice } from '../ports/sessions.ts';
import { accountFinder, claimsOfScope } from './account.ts';
import { adapterFactory } from './adapter.ts';
import { backChannelFetch } from './back-channel-fetch.ts';
import { cibaFeature, readerParameter, withWhoeverTaps } from './ciba.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { clientSecurity } from './client-security.ts';
import { settingsOfRequest } from './client-settings.ts';
import { type DevicePages, deviceFlowFeature } from './device-flow.ts';
import { deviceLifetimes } from './device-lifetimes.ts';
import { existingGrant } from './existing-grant.ts';
import { lifetimes } from './lifetimes.ts';
import { loginPolicy } from './login-prompt.ts';
import { noteReuse, reportReuse, rotates } from './refresh-tokens.ts';
import { releaseAsSettled } from './released-claims.ts';
import { signing } from './signing.ts';
import { signInOfToken } from './step-up-challenge.ts';
import { subjectTypes } from './subjects.ts';

/** The library's own class, for those who put their routes in front of it. */
export type OidcProvider = Provider;

/** An error of a request that cannot be sent back to the client. @see RFC 6749 §4.1.2.1 */
export interface ProviderError {
  readonly error: string;
  readonly description?: string;
  /** The sign-in has ended, or was never this browser's. */
  readonly expired: boolean;
}

/** What the provider shows to people; the words are not its own. */
export interface ProviderPages extends DevicePages {
  error(ctx: Context, error: ProviderError): void;
  logOut(ctx: Context, form: { readonly action: string; readonly xsrf: string }): void;
  loggedOut(ctx: Context): void;
}

/** Keys and pages of one provider. */
export interface ProviderOptions {
  readonly context: Pick<
    FlowContext,
    | 'issuer'
    | 'clock'
    | 'record'
    | 'oidcState'
    | 'clients'
    | 'clientSecrets'
    | 'secrets'
    | 'signingKeys'
    | 'subjects'
    | 'sessionEnds'
    | 'tapRequests'
    | 'audit'
    | 'log'
  >;
  /** Secrets that sign cookies, the current one first. */
  readonly cookieKeys: readonly string[];
  readonly pages: ProviderPages;
  /** The certificate that the client of this request showed; absent: none is ever believed. */
  readonly clientCertificate?: (ctx: Context) => ClientCertificate | undefined;
  /** A sign-in began in the browser of this request, and in no other. */
  readonly onInteraction: (ctx: Context, uid: string) => void;
  /** What the library caught and answered as a server error: a fault among it is another's to answer. */
  readonly onFailure: (ctx: Context, error: unknown) => void;
}

/** The route on which a person signs in. */
export function interactionPath(uid: string): string {
  return `/interaction/${uid}`;
}

/**
 * The OpenID provider: authorization code with PKCE, claims from the record, no consent for own systems.
 * It is a Koa application, so `http/` puts its routes in front with `provider.use`. The library takes its keys when it is
 * made: `http/` makes another one when they change, and whoever signs in meanwhile goes on in it.
 * @see OpenID Connect Core §3.1
 * @see RFC 7636 §4.4.1 (PKCE is required unless an administrator said that a client with a secret cannot)
 */
export function createProvider(options: ProviderOptions): OidcProvider {
  const provider = new Provider(options.context.issuer, configurationOf(options));
  provider.on('server_error', (ctx, error) => options.onFailure(plain(ctx), error));
  // Somebody signed out, and a client was out of reach.
  provider.on('backchannel.error', (_ctx, _error, { clientId }, accountId, sid) =>
    tellLater(options, { clientId: clientId as ClientId, sub: accountId as PersonId, sid }),
  );
  reportReuse(provider, options.context);
  releaseAsSettled(provider, options.context.clients);
  // What goes wrong is answered and logged by the middleware in front.
  provider.silent = true;
  return provider;
}

function tellLater({ context: { sessionEnds, log } }: ProviderOptions, notice: LogoutNotice): void {
  sessionEnds.tellLater(notice).catch(() => log('a client that was out of reach could not be noted'));
}

function configurationOf(options: ProviderOptions): Configuration {
  const { context, cookieKeys, pages } = options;
  const security = clientSecurity({ ...options, clients: context.clients });
  const signed = signing(context.signingKeys);
  return {
    adapter: adapterFactory({
      oidcState: context.oidcState,
      clients: context.clients,
      clock: context.clock,
      openClientSecret: (client) => openClientSecret(context, client),
      onReuse: (payload) => noteReuse(context, payload),
    }),
    ...signed,
    ...subjectTypes(context.subjects),
    enabledJWA: { ...signed.enabledJWA, ...security.enabledJWA },
    cookies: cookiesOf(context.issuer, cookieKeys),
    findAccount: withWhoeverTaps(accountFinder(context.record, context.clients)),
    loadExistingGrant: existingGrant(context),
    interactions: {
      policy: loginPolicy(context.clients, context.record),
      url: (ctx, { uid }) => {
        options.onInteraction(plain(ctx), uid);
        return interactionPath(uid);
      },
    },
    pkce: { required: (ctx) => settingsOfRequest(context.clients, ctx).demandsPkce },
    // Required by OpenID Connect Core §3.1.2.1, also of a client that has registered only one.
    allowOmittingSingleRegisteredRedirectUri: false,
    scopes: ['openid', 'offline_access'],
    claims: Object.fromEntries(Object.entries(claimsOfScope).map(([scope, names]) => [scope, [...names]])),
    acrValues: acrNames.map(toAcr),
    extraTokenClaims: signInOfToken,
    responseTypes: ['code'],
    clientAuthMethods: security.clientAuthMethods,
    assertJwtClientAuthClaimsAndHeader: security.assertJwtClientAuthClaimsAndHeader,
    rotateRefreshToken: rotates(context.clients),
    routes,
    extraParams: [readerParameter],
    ttl: { ...lifetimes(context.clock, context.clients), ...deviceLifetimes },
    renderError: (ctx, { error, error_description: description }, { name }) =>
      pages.error(plain(ctx), {
        error,
        expired: name === 'SessionNotFound',
        ...(description === undefined ? {} : { description }),
      }),
    fetch: backChannelFetch(context.clients),
    fetchResponseBodyLimits: { jwks_uri: 65_536 },
    features: {
      ...security.features,
      backchannelLogout: { enabled: true },
      ciba: cibaFeature(context),
      claimsParameter: { enabled: true },
      devInteractions: { enabled: false },
      deviceFlow: deviceFlowFeature(pages),
      introspection: { enabled: true },
      resourceIndicators: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx) =>
          pages.logOut(plain(ctx), {
            action: ctx.oidc.urlFor('end_session_confirm'),
            xsrf: String(ctx.oidc.session?.state?.secret),
          }),
        postLogoutSuccessSource: (ctx) => pages.loggedOut(plain(ctx)),
      },
    },
  };
}

const routes = {
  authorization: '/authorize',
  backchannel_authentication: '/backchannel',
  code_verification: '/device',
  device_authorization: '/device/auth',
  end_session: '/logout',
  introspection: '/token/introspection',
  jwks: '/jwks',
  pushed_authorization_request: '/par',
  revocation: '/token/revocation',
  token: '/token',
  userinfo: '/userinfo',
} as const;

/**
 * Cookie prefixes stop other hosts of the domain from planting a session; browsers take them over https only.
 * @see RFC 6265bis §4.1.3
 */
function cookiesOf(issuer: string, keys: readonly string[]): NonNullable<Configuration['cookies']> {
  const secure = issuer.startsWith('https:');
  const shared = { httpOnly: true, sameSite: 'lax', signed: true, overwrite: true } as const;
  return {
    keys: [...keys],
    names: {
      session: secure ? '__Host-kazasu_session' : 'kazasu_session',
      interaction: secure ? '__Secure-kazasu_interaction' : 'kazasu_interaction',
      resume: secure ? '__Secure-kazasu_resume' : 'kazasu_resume',
    },
    long: shared,
    short: shared,
  };
}

/** The library's context is Koa's with more on it. */
function plain(ctx: KoaContextWithOIDC): Context {
  return ctx as unknown as Context;
}
