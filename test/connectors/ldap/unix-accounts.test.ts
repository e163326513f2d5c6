import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baseDn, type InMemoryDirectory, midoriCity } from './support/in-memory-flows.ts';
import { RawClient } from './support/raw-client.ts';
import { bindRequest, equal, type SearchOptions, searchRequest } from './support/requests.ts';
import { type RunningServer, runServer } from './support/running-server.ts';

const since = Date.parse('2026-11-22T09:00:00Z');
let directory: InMemoryDirectory;
let server: RunningServer;
let client: RawClient;
let nextId = 1;

beforeEach(async () => {
  directory = midoriCity();
  directory.addPerson('ito', undefined, {
    displayName: 'Ito Jiro',
    ...{ addedAt: since, changedAt: since + 61_000, unixNumber: 7 },
  });
  directory.addPerson('山田', undefined, { unixNumber: 8 });
  directory.addDevice('host', 'unix');
  server = await runServer(directory);
  client = await RawClient.open(server.ldapPort);
});

afterEach(async () => {
  client.close();
  await server.close();
});

async function found(device: string, options: Partial<SearchOptions>) {
  nextId += 2;
  await client.ask(bindRequest(nextId, `cn=${device},ou=devices,${baseDn}`, `secret-of-${device}`));
  const replies = await client.ask(searchRequest(nextId + 1, { base: baseDn, ...options }));
  return replies.flatMap(({ dn, attributes }) => (dn === undefined ? [] : [{ dn, ...attributes }]));
}

describe('a device of a Unix host', () => {
  it('sees people as accounts with stable numbers', async () => {
    const [ito] = await found('host', { filter: equal('uid', 'ito') });
    expect(ito).toMatchObject({
      objectClass: expect.arrayContaining(['inetOrgPerson', 'posixAccount', 'shadowAccount']),
      uidNumber: ['200007'],
      gidNumber: ['100'],
      homeDirectory: ['/home/ito'],
      loginShell: ['/bin/bash'],
      gecos: ['Ito Jiro'],
    });
  });

  it('sees whoever has no name for an account as a person without one', async () => {
    const [yamada] = await found('host', { filter: equal('uid', '山田') });
    expect(yamada).not.toHaveProperty('uidNumber');
    expect(yamada).toMatchObject({ objectClass: expect.not.arrayContaining(['posixAccount']) });
  });

  it('finds accounts by their number', async () => {
    expect(await found('host', { filter: equal('uidNumber', '200007'), attributes: ['1.1'] })).toEqual([
      { dn: `uid=ito,ou=people,${baseDn}` },
    ]);
    expect(await found('host', { filter: equal('uidNumber', '7') })).toEqual([]);
  });

  it('reads in the schema what the classes and attributes are', async () => {
    const [schema] = await found('host', { base: 'cn=Subschema', scope: 'base', attributes: ['+'] });
    expect(schema).toMatchObject({
      objectClasses: expect.arrayContaining([expect.stringContaining("'posixAccount'")]),
      attributeTypes: expect.arrayContaining([expect.stringContaining("'memberUid'")]),
    });
  });
});

it('any other device sees people alone', async () => {
  const [ito] = await found('web', { filter: equal('uid', 'ito'), attributes: ['*', '+'] });
  expect(ito).not.toHaveProperty('uidNumber');
  expect(ito).toMatchObject({ objectClass: expect.not.arrayContaining(['posixAccount']) });
  expect(ito).toMatchObject({
    createTimestamp: ['20261122090000Z'],
    modifyTimestamp: ['20261122090101Z'],
  });
});
