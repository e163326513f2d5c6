import { parentPort, workerData } from 'node:worker_threads';
import { startLdapServer } from '../../connectors/ldap/server.ts';
import {
  type AskedElsewhere,
  askedElsewhere,
  createThreadFlows,
} from '../../connectors/ldap/thread-flows.ts';
import { systemClock } from '../clock.ts';
import type { CardGuesses } from '../flows/device-guesses.ts';
import { KnownClients } from '../flows/known-clients.ts';
import { RevocationFreshness } from '../flows/revocation-freshness.ts';
import { portTaken } from '../free-ports.ts';
import { createCardNumbers } from '../storage/keys/card-numbers.ts';
import { createSecrets } from '../storage/keys/secrets.ts';
import { DiskLost } from '../storage/sqlite/audit-intake.ts';
import { openThreadStorage } from '../storage/thread-storage.ts';
import { tlsPairOf } from '../storage/tls-files.ts';
import { ThreadLine } from './line.ts';
import { SettingsTaker } from './shared-settings.ts';
import type { LdapThreadSetup, ListenerAnswers, WriterAnswers } from './wire.ts';

// What `startLdapThreads` starts: the façade over what is at hand in this thread, and over the writer for the rest.

if (parentPort === null) throw new TypeError('This is a thread of the server and no program.');
const setup = workerData as LdapThreadSetup;
const clients = new KnownClients();
const freshness = new RevocationFreshness();
const settings = new SettingsTaker(setup.settings.memory, setup.settings.port, clients, freshness);

const closing = Promise.withResolvers<void>();
const ours: ListenerAnswers = {
  async listen() {
    try {
      const { ldapPort = 0, ldapsPort = 0 } = await server;
      return { ldapPort, ldapsPort };
    } catch (error) {
      throw portTaken(error);
    }
  },
  flush: () => storage.moved(),
  async close() {
    await (await server).close();
    await storage.close();
    closing.resolve();
  },
};
const writer = new ThreadLine<WriterAnswers>(parentPort, ours);

const storage = openThreadStorage({
  dataDir: setup.dataDir,
  changes: setup.changes,
  journal: setup.journal,
  async move(events, generation) {
    if ((await writer.ask('move', { events, generation })) === 'disk-lost') throw new DiskLost();
  },
});

/** Numbers that nobody has are counted where the misses of every thread come together. */
const cardGuesses: CardGuesses = {
  admit: (clientId, remoteAddress) =>
    settings.suspects.has(clientId) ? writer.ask('admit', { clientId, remoteAddress }) : 'now',
  miss(clientId, remoteAddress) {
    settings.suspect(clientId);
    writer.tell('miss', { clientId, remoteAddress });
    return undefined;
  },
};

const elsewhere = Object.fromEntries(
  askedElsewhere.map((name) => [
    name,
    // A signal does not go over as one: that nobody waits any more is said when it is so.
    ({ signal, ...request }: { readonly signal?: AbortSignal }) =>
      writer.ask('flows', { name, request: request as never }, signal),
  ]),
) as unknown as AskedElsewhere;

const atHand = {
  ...{ clients, freshness, clock: systemClock },
  cardIndex: storage.cardIndex,
  peopleAtHand: storage.peopleAtHand,
  audit: storage.audit,
  numbers: createCardNumbers(setup.keys),
  secrets: createSecrets(),
};

const server = startLdapServer({
  ...setup.server,
  // The kernel shares connections out among the threads that listen on one port.
  sharesPorts: true,
  flows: createThreadFlows(atHand, elsewhere, settings.upToDate),
  clock: systemClock,
  cardGuesses,
  log: (event, details) => writer.tell('log', { event, details }),
  tlsIdentity: tlsPairOf(setup.tlsFiles),
});
// Whoever asks to listen hears of it.
server.catch(() => undefined);
// Nobody may come here for days, and what is changed meanwhile must not pile up.
setInterval(settings.upToDate, 1_000).unref();

await closing.promise;
// The answer to `close` is on its way before the port goes.
setImmediate(() => parentPort?.close());
