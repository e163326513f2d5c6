import { hostname as machineName } from 'node:os';
import { createMailChannel } from '../connectors/notices/mail-channel.ts';
import { systemClock } from './clock.ts';
import { startControlServer } from './commands/control-server.ts';
import { openDirectory } from './compose-directory.ts';
import { openJpki } from './compose-jpki.ts';
import { type DirectoryParts, serveDirectory } from './compose-ldap.ts';
import type { Config } from './config.ts';
import { CrlDaily, crlPlanOf } from './crl-daily.ts';
import { createCrlThread } from './crl-thread.ts';
import { claimFor, makeDataDir } from './data-directory.ts';
import type { FlowContext } from './flows/context.ts';
import { CrlTurn } from './flows/crl-turn.ts';
import { DeviceGuesses } from './flows/device-guesses.ts';
import { forgetTaps } from './flows/forget-taps.ts';
import { keepSigningKeys } from './flows/keep-signing-keys.ts';
import { KnownClients } from './flows/known-clients.ts';
import { PasswordChecks } from './flows/password-checks.ts';
import { publishCards } from './flows/publish-cards.ts';
import { RevocationFreshness } from './flows/revocation-freshness.ts';
import { TapWaits } from './flows/tap-waits.ts';
import { watchGuesses } from './flows/tell-of-guesses.ts';
import { Upkeep } from './flows/upkeep.ts';
import { portTaken } from './free-ports.ts';
import { createHttpServer, type HttpServerOptions } from './http/server.ts';
import { createSessionEnds } from './oidc/session-ends.ts';
import type { Clock } from './ports/clock.ts';
import { isLoopback } from './setting-values.ts';
import { type EmbeddedStorage, openEmbeddedStorage } from './storage/embedded.ts';
import { createCardNumbers } from './storage/keys/card-numbers.ts';
import { type Keys, openKeyDirectory } from './storage/keys/key-directory.ts';
import { createSealedSecrets } from './storage/keys/sealed-secrets.ts';
import { createSecrets } from './storage/keys/secrets.ts';
import { createSubjects } from './storage/keys/subjects.ts';
import { readPasskeyMakers } from './storage/passkey-makers.ts';
import { openRedisCardIndex } from './storage/redis/card-index.ts';
import { followRecord } from './storage/redis/followed-card-index.ts';
import { openRedisOidcState } from './storage/redis/oidc-state.ts';
import { selfSignedTlsFiles } from './storage/tls-files.ts';

import { createWebAuthn } from './webauthn/relying-party.ts';

/** One line for the operator; never a secret or a card number. */
export type Log = (line: string) => void;

/** The record, opened for one process, and everything that flows act on. */
export interface System extends DirectoryParts {
  close(): Promise<void>;
}

/** A system that answers: over HTTP, LDAP and to the command line. */
export interface Running {
  readonly host: string;
  readonly httpPort: number;
  readonly ldapPort: number;
  readonly ldapsPort: number;
  close(): Promise<void>;
}

export interface SystemOptions {
  readonly log: Log;
  readonly clock?: Clock;
  /** Marks the data directory for ever: `start` refuses it. */
  readonly demo?: boolean;
  /** Hosts that OCSP addresses in certificates may name, beside the configured ones. */
  readonly ocspHosts?: readonly string[];
}

const sweepMs = 60_000;

/**
 * Opens everything that a command or a server works on; this process then has the data directory for itself.
 * @throws {Fault} `ERR_ALREADY_RUNNING`, `ERR_RECORD_UNAVAILABLE`, `ERR_KEYS_UNAVAILABLE`.
 * @throws {InvalidInput} `ERR_DEMO_DATA`, `ERR_TEST_ANCHOR`, `ERR_ANCHOR`, `ERR_CARD_PROFILE`.
 */
export async function openSystem(config: Config, options: SystemOptions): Promise<System> {
  const clock = options.clock ?? systemClock;
  makeDataDir(config.dataDir);
  const jpki = openJpki(config, options.ocspHosts ?? []);
  const keys = await openKeyDirectory(config.dataDir);
  const storage = await openEmbeddedStorage({ dataDir: config.dataDir, keys, clock });
  try {
    await claimFor(storage.record, options.demo === true ? 'demonstration' : 'real use');
    const shared = await openShared(config, keys, storage, clock, options.log);
    const { profiles, ...trust } = jpki;
    const base = {
      issuer: config.issuer,
      clock,
      record: storage.record,
      oidcState: shared.oidcState,
      clientSecrets: createSealedSecrets(keys.clientSecretKey),
      signingKeys: keys.signing,
      subjects: createSubjects(keys.pairwiseSalt),
      clients: new KnownClients(),
      secrets: createSecrets(),
      log: options.log,
    };
    const context: FlowContext = {
      ...base,
      ldapBaseDn: config.ldapBaseDn,
      taps: storage.taps,
      tapRequests: storage.tapRequests,
      webauthn: createWebAuthn(config.issuer, readPasskeyMakers(config.dataDir)),
      peopleAtHand: storage.peopleAtHand,
      tapWaits: new TapWaits(),
      audit: storage.audit,
      cardIndex: shared.cardIndex,
      numbers: createCardNumbers(keys),
      ...trust,
      crlWorker: createCrlThread({
        ...{ dataDir: config.dataDir, keys, clock, profiles },
        anchors: () => jpki.anchors.list(),
        allowTestAuthorities: config.jpkiAllowTestCa,
        crlSources: config.crlSources,
        sourceOptions: { httpProxy: config.httpProxy },
      }),
      crlWithoutDistributionPointCounts: config.crlWithoutDistributionPoint,
      freshness: new RevocationFreshness(),
      passwords: new PasswordChecks(openDirectory(config), clock),
      notices: noticeRoutes(config),
      erasure: storage.erasure,
      cardOverlapSeconds: config.cardOverlapDays * 24 * 3_600,
      signingKeyPlan: config.signingKeyPlan,
      sessionEnds: createSessionEnds({ ...base, taps: storage.taps }),
      crlPlan: crlPlanOf(config, createSecrets().hash(config.issuer)),
      crlTurn: new CrlTurn(),
      deviceGuesses: new DeviceGuesses(clock),
    };
    watchGuesses(context);
    await context.clients.reload(context.record);
    await context.freshness.reload(context);
    // What a crash left between the record and the index, or between a stop and what it ends.
    await publishCards(context);
    await context.sessionEnds.resume();
    const parts = { config, context, keys, close: () => closeAll(context, shared, storage) };
    // Another index, or a clock that somebody turns, is in no other thread.
    const isShareable = config.redisUrl === '' && options.clock === undefined;
    return isShareable ? { ...parts, shareable: storage.shareable } : parts;
  } catch (error) {
    await storage.close();
    throw error;
  }
}

/**
 * Answers over HTTP, LDAP and the control socket until closed.
 * @throws {Fault} `ERR_ALREADY_RUNNING` when a port is taken.
 */
export async function serve(
  system: System,
  options: { readonly log: Log } & Partial<
    Pick<HttpServerOptions, 'demoBanner' | 'extraMiddleware' | 'bridgeUrl'>
  >,
): Promise<Running> {
  const { config, context, keys } = system;
  const { hostname } = new URL(config.issuer);
  // An installation that is not reachable by others must not half be: loopback means everything on loopback.
  const host = isLoopback(hostname) ? '127.0.0.1' : '0.0.0.0';
  const tlsFiles = config.tlsCertFile
    ? { cert: config.tlsCertFile, key: config.tlsKeyFile }
    : await selfSignedTlsFiles(config.dataDir, hostname, context.clock.now(), otherNamesOf(hostname));
  const started: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of started.splice(0).reverse()) await part.close();
  };
  try {
    const ldap = await serveDirectory(system, { host, tlsFiles, log: options.log });
    started.push(ldap);
    started.push(await startControlServer(context, config.dataDir, options.log));
    await keepSigningKeys(context);
    // Last: whoever sees it answer finds the rest there too.
    const http = await createHttpServer({
      ...options,
      context,
      cookieKeys: keys.cookieKeys,
      challengeKeys: { ...keys.challengeKey, published: [keys.challengeKey.publicJwk] },
      trustedProxies: config.trustedProxies,
      clientCertificates: config.clientCertificates,
    }).listen(config.port, host);
    started.push(http);
    started.push(sweepRegularly(context, options.log));
    started.push(new CrlDaily(context));
    return { host, httpPort: http.port, ldapPort: ldap.ldapPort ?? 0, ldapsPort: ldap.ldapsPort ?? 0, close };
  } catch (error) {
    await close();
    throw portTaken(error);
  }
}

/** Mail is the only way out so far. */
function noticeRoutes({ smtpServer, mailFrom, alarmMail }: Config): FlowContext['notices'] {
  if (smtpServer === undefined) return { operators: alarmMail };
  return { channel: createMailChannel(smtpServer, { from: mailFrom }), operators: alarmMail };
}

/** What may be shared between nodes: in Redis where one is named, otherwise in the data directory. */
async function openShared(
  { redisUrl }: Config,
  { indexKey }: Keys,
  storage: EmbeddedStorage,
  clock: Clock,
  log: Log,
): Promise<Pick<FlowContext, 'cardIndex' | 'oidcState'>> {
  if (redisUrl === '') return storage;
  const redis = await openRedisCardIndex({ url: redisUrl, indexKey });
  const cardIndex = await followRecord(redis, storage.record, createSecrets().id, log);
  return { cardIndex, oidcState: await openRedisOidcState({ url: redisUrl, indexKey, clock }) };
}

async function closeAll(
  { sessionEnds, crlWorker }: Pick<FlowContext, 'sessionEnds' | 'crlWorker'>,
  shared: Pick<FlowContext, 'cardIndex' | 'oidcState'>,
  storage: EmbeddedStorage,
): Promise<void> {
  await crlWorker.close();
  await sessionEnds.close();
  if (shared.cardIndex !== storage.cardIndex) {
    await shared.oidcState.close();
    await shared.cardIndex.close();
  }
  await storage.close();
}

/** Forgets used and stale taps, and lets an index, sessions and clients that were out of reach follow the record. */
function sweepRegularly(context: FlowContext, log: Log): { close(): Promise<void> } {
  const failed = (error: unknown) =>
    log(`sweep failed: ${error instanceof Error ? error.message : 'unknown'}`);
  const upkeep = new Upkeep(context);
  upkeep.round().catch(failed);
  const timer = setInterval(() => {
    forgetTaps(context).catch(failed);
    publishCards(context).catch(failed);
    context.sessionEnds.process().catch(failed);
    keepSigningKeys(context).catch(failed);
    upkeep.round().catch(failed);
  }, sweepMs).unref();
  return {
    async close() {
      clearInterval(timer);
      await upkeep.close();
    },
  };
}

/** OpenLDAP's clients put the machine's own name in the place of `localhost` before they look at the certificate. */
function otherNamesOf(host: string): readonly string[] {
  return isLoopback(host) ? ['localhost', '127.0.0.1', machineName()].filter((name) => name !== host) : [];
}
