import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSystem, serve } from '../../../idp/compose.ts';
import { readConfig } from '../../../idp/config.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { addLdapClient } from '../../../idp/flows/manage-clients.ts';
import { resumeDevice } from '../../../idp/flows/tell-of-guesses.ts';
import { baseDn } from './support/in-memory-flows.ts';
import { RawClient } from './support/raw-client.ts';
import { bindRequest, equal, searchRequest } from './support/requests.ts';

const admin = actor('os', 0);

it('in the product as it is composed, a device that guesses is stopped, told of, and lifted', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-guesses-'));
  const ports = { KAZASU_PORT: '0', KAZASU_LDAP_PORT: '0', KAZASU_LDAPS_PORT: '0' };
  const settings = { KAZASU_DATA_DIR: join(directory, 'data'), ...ports };
  const lines: string[] = [];
  const system = await openSystem(readConfig(settings, '/nonexistent'), { log: (line) => lines.push(line) });
  const { context } = system;
  const { clientId, secret } = await addLdapClient(context, {
    ...{ name: 'printer', preset: 'card-search', acceptedAcr: [], requiredGroups: [], actor: admin },
    ...{ addresses: ['127.0.0.0/8'], allowPlaintext: true, ownReader: true, choices: {} },
  });
  const running = await serve(system, { log: () => undefined });
  const client = await RawClient.open(running.ldapPort);
  await client.ask(bindRequest(1, `cn=printer,ou=devices,${baseDn}`, secret));
  const guess = async () =>
    (await client.ask(searchRequest(2, { base: baseDn, filter: equal('serialNumber', '7fffff01') }))).at(-1)
      ?.code;
  expect(await guess()).toBe(0);
  // The others, without the seconds that they would be made to wait; some are forgiven meanwhile.
  for (let misses = 1; misses < 260; misses += 1) context.deviceGuesses.miss(clientId, '127.0.0.1');
  expect(await guess()).toBe(51);
  await expect.poll(() => lines.join('\n')).toContain('ALARM The device "printer" is stopped');
  const stopped = async () =>
    (await Array.fromAsync(context.audit.read())).filter(({ type }) => type === 'client.stopped');
  await expect.poll(stopped).toHaveLength(1);
  const alarms = (await context.record.notices.list(9)).filter(({ kind }) => kind === 'operator-alarm');
  expect(alarms).toHaveLength(1);
  await resumeDevice(context, { client: 'printer', actor: admin });
  expect(await guess()).toBe(0);
  client.close();
  await running.close();
  await system.close();
  rmSync(directory, { recursive: true });
});
