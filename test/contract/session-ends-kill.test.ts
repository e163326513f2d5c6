import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogoutDeliveries } from '../../idp/flows/deliver-logouts.ts';
import { SessionEnds } from '../../idp/flows/end-sessions.ts';
import { KnownClients } from '../../idp/flows/known-clients.ts';
import { createLoginSessions } from '../../idp/oidc/login-sessions.ts';
import type { LogoutNotice } from '../../idp/ports/sessions.ts';
import { openEmbeddedStorage } from '../../idp/storage/embedded.ts';
import { openKeyDirectory } from '../../idp/storage/keys/key-directory.ts';
import { person, temporaryDirectory } from '../idp/storage/support/storage-world.ts';
import { start } from './session-ends-world.ts';

const worker = fileURLToPath(new URL('session-ends-kill-worker.ts', import.meta.url));
const { personId } = person('tanaka');
let directory: ReturnType<typeof temporaryDirectory>;

beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

it.each(['after the change', 'before the sessions end', 'after the sessions ended'])(
  'a process killed %s: after the next start the sessions are over, and the client is told once',
  async (moment) => {
    const child = spawn(process.execPath, [worker, directory.path, moment], { stdio: 'ignore' });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');

    const keys = await openKeyDirectory(directory.path);
    const clock = { now: () => start };
    const storage = await openEmbeddedStorage({ dataDir: directory.path, keys, clock });
    const { record, taps, oidcState } = storage;
    try {
      expect(await record.people.find(personId)).toMatchObject({ state: 'suspended' });
      const told: LogoutNotice[] = [];
      const notifier = {
        notify: async ({ clientId, sub, sid }: LogoutNotice) => {
          told.push({ clientId, sub, ...(sid === undefined ? {} : { sid }) });
          return 'delivered' as const;
        },
        close: () => {},
      };
      const clients = new KnownClients();
      await clients.reload(record);
      const logouts = new LogoutDeliveries({ record, clock, notifier, log: () => {} });
      const sessions = createLoginSessions(oidcState);
      const sessionEnds = new SessionEnds({ taps, record, clock, clients, sessions, logouts });
      await sessionEnds.resume();
      await sessionEnds.close();
      expect(await oidcState.listByAccountId(personId)).toEqual([]);
      expect(await record.sessionEnds.list(0, 10)).toEqual([]);
      expect(told).toEqual([{ clientId: 'kintai', sub: personId, sid: `sid-of-${personId}` }]);
    } finally {
      await storage.close();
    }
  },
);
