import { argv, kill, pid } from 'node:process';
import { LogoutDeliveries } from '../../idp/flows/deliver-logouts.ts';
import { SessionEnds } from '../../idp/flows/end-sessions.ts';
import { KnownClients } from '../../idp/flows/known-clients.ts';
import { changeAndStop } from '../../idp/flows/publish-cards.ts';
import { createLoginSessions } from '../../idp/oidc/login-sessions.ts';
import type { LoginSessions } from '../../idp/ports/sessions.ts';
import { openEmbeddedStorage } from '../../idp/storage/embedded.ts';
import { openKeyDirectory } from '../../idp/storage/keys/key-directory.ts';
import { addSignedIn, start } from './session-ends-world.ts';

// Stops a person who is signed in, and dies at the moment that it is told.
const [, , dataDir = '', moment = ''] = argv;
const clock = { now: () => start };
const storage = await openEmbeddedStorage({ dataDir, keys: await openKeyDirectory(dataDir), clock });
const { record, taps, cardIndex, oidcState } = storage;
const { personId } = await addSignedIn(storage);
const clients = new KnownClients();
await clients.reload(record);

function die(): never {
  kill(pid, 'SIGKILL');
  throw new Error('still alive');
}

const sessions = createLoginSessions(oidcState);
const mortal: LoginSessions = {
  ...sessions,
  restingOn: async (stop) => (moment === 'after the change' ? die() : sessions.restingOn(stop)),
  end: async (found) => {
    if (moment === 'before the sessions end') die();
    await sessions.end(found);
    die();
  },
};
const notifier = { notify: async () => die(), close: () => {} };
const logouts = new LogoutDeliveries({ record, clock, notifier, log: () => {} });
const sessionEnds = new SessionEnds({ taps, record, clock, clients, sessions: mortal, logouts });
await changeAndStop(
  { record, cardIndex, clock, sessionEnds },
  (tables) => tables.people.setState(personId, 'active', 'suspended'),
  () => [{ personId, cause: 'person.suspended' }],
);
