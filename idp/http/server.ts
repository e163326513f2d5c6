import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Router } from '@koa/router';
import type { FlowContext } from '../flows/context.ts';
import { ownPagesClient, ownReturnPath } from '../flows/own-pages.ts';
import { CibaPings } from '../oidc/ciba-pings.ts';
import { deviceTaps } from '../oidc/device-taps.ts';
import { pollPace } from '../oidc/poll-pace.ts';
import { createProvider, type OidcProvider } from '../oidc/provider.ts';
import { registerTapGrant } from '../oidc/tap-grant.ts';
import { defaultBridgePort } from '../wire/challenge.ts';
import { challengeKeysPath, enrolPath } from '../wire/enrolment.ts';
import { registrationsPath } from '../wire/registration.ts';
import { receiveTap, tapsPath } from '../wire/tap-jwt.ts';
import { getAsset } from './asset-files.ts';
import { rememberInteraction } from './browser-interactions.ts';
import { type ClientCertificateOptions, clientCertificates } from './client-certificates.ts';
import { postConsent } from './consent.ts';
import { deadline } from './deadline.ts';
import { slowedUserCodes } from './device-pages.ts';
import { errorReferences } from './error-references.ts';
import { FailureLimit } from './failure-limit.ts';
import { faultToStatus } from './fault-to-status.ts';
import { health } from './health.ts';
import { getHome } from './home.ts';
import { getCancel, getPresent, getRefused, getSignIn, getSwitch, postContinue } from './interaction.ts';
import { returnPath } from './interaction-paths.ts';
import type { Log } from './log.ts';
import { sessionRoutes } from './me-sessions.ts';
import { oneHost } from './one-host.ts';
import { getOwnReturn } from './own-session.ts';
import { passkeyRoutes } from './passkey-routes.ts';
import { postAsGet } from './post-as-get.ts';
import { providerPages } from './provider-pages.ts';
import { getChallengeKeys, postEnrolment } from './readers.ts';
import { postProof, postRegistration } from './registrations.ts';
import type { Middleware, RequestState } from './request-context.ts';
import { getReturn } from './return-from-bridge.ts';
import { codeWay, passwordWay } from './secret-ways.ts';
import { securityHeaders } from './security-headers.ts';
import { getSetup, postSetup } from './setup.ts';
import type { ChallengeKeys, Site } from './site.ts';
import { noOwnPagesAtStation } from './station-own-pages.ts';
import { stationRoutes } from './station-routes.ts';
import { noSessionAtStation } from './station-session.ts';
import { stepUpChallenge } from './step-up-challenge.ts';
import { postTap } from './taps.ts';
import { trustedProxies } from './trusted-proxies.ts';

/** What one HTTP server is made of. */
export interface HttpServerOptions {
  readonly context: FlowContext;
  /** Secrets that sign cookies, the current one first. */
  readonly cookieKeys: readonly string[];
  readonly challengeKeys: ChallengeKeys;
  /** Addresses or CIDR ranges whose X-Forwarded-* is believed. */
  readonly trustedProxies?: readonly string[];
  /** Absent: no certificate of a client is believed. */
  readonly clientCertificates?: ClientCertificateOptions | undefined;
  /** Every page says that this is a demonstration with a test authority. */
  readonly demoBanner?: boolean;
  readonly bridgeUrl?: string;
  /** Routes of others (the demo's) behind every check and in front of the provider's. */
  readonly extraMiddleware?: readonly Middleware[];
  readonly log: Log;
}

/** The provider and everything that people, browsers and bridges reach over HTTP. */
export interface HttpServer {
  readonly provider: OidcProvider;
  readonly callback: RequestListener;
  /** Listens with limits on headers and slow requests. @param port 0: any free one. */
  listen(port: number, host?: string): Promise<ListeningServer>;
}

export interface ListeningServer {
  readonly port: number;
  /** Stops listening and ends what is open. */
  close(): Promise<void>;
}

/** Composes `oidc-provider` with our routes: one Koa application, ours in front. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { context, demoBanner = false, log } = options;
  context.clients.keepOwn(ownPagesClient(context));
  let provider = providerOf(options);
  const site: Site = {
    context,
    get provider() {
      return provider;
    },
    challengeKeys: options.challengeKeys,
    bridgeUrl: options.bridgeUrl ?? `http://127.0.0.1:${defaultBridgePort}`,
    demoBanner,
    pings: new CibaPings(log),
    failures: new FailureLimit(context.clock),
  };
  const inFront: readonly Middleware[] = [
    health,
    trustedProxies(options.trustedProxies ?? []),
    errorReferences(site, log),
    faultToStatus(site, log),
    securityHeaders(context.issuer),
    oneHost(context.issuer),
    deadline(),
    stepUpChallenge(context.clients),
    pollPace(context),
    noSessionAtStation(context),
    noOwnPagesAtStation(site),
    deviceTaps(context),
    slowedUserCodes(site),
    routesOf(site).routes() as Middleware,
    ...(options.extraMiddleware ?? []),
  ];
  let answer = behind(inFront, provider);
  // Everything that lasts is in the stores: another provider goes on where this one is.
  context.signingKeys.onChange(() => {
    provider = providerOf(options);
    answer = behind(inFront, provider);
  });
  const callback: RequestListener = (request, response) => answer(request, response);
  return {
    get provider() {
      return provider;
    },
    callback,
    async listen(port, host) {
      const listening = await listen(callback, port, host);
      return { ...listening, close: () => listening.close().then(() => site.pings.close()) };
    },
  };
}

function providerOf(options: HttpServerOptions): OidcProvider {
  const { context, demoBanner = false } = options;
  const provider = createProvider({
    ...options,
    pages: providerPages({ demoBanner }),
    ...(options.clientCertificates === undefined
      ? {}
      : { clientCertificate: clientCertificates(options.clientCertificates, context.clock) }),
    onInteraction: (ctx, uid) => rememberInteraction(ctx, context.issuer, uid),
    onFailure: (ctx, error) => {
      (ctx.state as RequestState).libraryFailure = error;
    },
  });
  registerTapGrant(provider, { context, openTap: receiveTap });
  // Only what `trustedProxies` leaves of X-Forwarded-* is ever read.
  provider.proxy = true;
  return provider;
}

function behind(inFront: readonly Middleware[], provider: OidcProvider): RequestListener {
  for (const middleware of inFront) provider.use(middleware);
  return provider.callback();
}

function routesOf(site: Site): Router {
  const router = new Router();
  router.get('/', getHome(site));
  router.get('/assets/:file', getAsset);
  router.post(tapsPath, postTap(site));
  router.post(enrolPath, postEnrolment(site));
  router.get(challengeKeysPath, getChallengeKeys(site));
  router.post(registrationsPath, postRegistration(site));
  router.post(`${registrationsPath}/:registrationId/proof`, postProof(site));
  router.get(returnPath, getReturn(site));
  router.get('/interaction/:uid', getSignIn(site));
  router.get('/interaction/:uid/present', getPresent(site));
  for (const [path, way] of [
    ['password', passwordWay(site)],
    ['code', codeWay(site)],
  ] as const) {
    router.get(`/interaction/:uid/${path}`, way.get);
    router.post(`/interaction/:uid/${path}`, way.post);
  }
  router.get('/interaction/:uid/refused', getRefused(site));
  router.post('/interaction/:uid/continue', postContinue(site));
  router.post('/interaction/:uid/consent', postConsent(site));
  router.get('/interaction/:uid/switch', getSwitch(site));
  router.get('/interaction/:uid/cancel', getCancel(site));
  stationRoutes(router, site);
  router.post('/authorize', postAsGet);
  router.post('/logout', postAsGet);
  router.get(ownReturnPath, getOwnReturn(site));
  passkeyRoutes(router, site);
  sessionRoutes(router, site);
  router.get('/setup', getSetup(site));
  router.post('/setup', postSetup(site));
  return router;
}

function listen(callback: RequestListener, port: number, host = '127.0.0.1'): Promise<ListeningServer> {
  const server = createServer(
    { requestTimeout: 15_000, headersTimeout: 5_000, keepAliveTimeout: 5_000, maxHeaderSize: 16_384 },
    callback,
  );
  server.maxRequestsPerSocket = 0;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve({ port: (server.address() as AddressInfo).port, close: () => close(server) });
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
