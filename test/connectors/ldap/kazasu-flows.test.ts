import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BoundDevice, LdapFlows } from '../../../connectors/ldap/directory-service.ts';
import { createLdapFlows } from '../../../connectors/ldap/kazasu-flows.ts';
import { openSystem, type System } from '../../../idp/compose.ts';
import { readConfig } from '../../../idp/config.ts';
import { parseCardNumber } from '../../../idp/domain/card.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { changeDeviceProfile } from '../../../idp/flows/change-device-profile.ts';
import { changeClientCertificates } from '../../../idp/flows/client-certificates.ts';
import { importPeople } from '../../../idp/flows/import-people.ts';
import { addLdapClient, type NewLdapClient, rotateClientSecret } from '../../../idp/flows/manage-clients.ts';

const admin = actor('os', 0);
const number = parseCardNumber('jpki', '0b000001');
let directory: string;
let system: System;
let flows: LdapFlows;
let device: BoundDevice;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kazasu-ldap-'));
  const config = readConfig({ KAZASU_DATA_DIR: join(directory, 'data') }, '/nonexistent');
  system = await openSystem(config, { log: () => {} });
  flows = createLdapFlows(system.context);
  device = await bound('pRINTER', await added());
});
afterEach(async () => {
  await system.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A device account. @returns its secret. */
async function added(changes: Partial<NewLdapClient> = {}): Promise<string> {
  const { secret } = await addLdapClient(system.context, {
    name: 'Printer',
    preset: 'card-search',
    acceptedAcr: [],
    requiredGroups: [],
    addresses: [],
    allowPlaintext: false,
    ownReader: true,
    choices: {},
    actor: admin,
    ...changes,
  });
  return secret;
}

async function bound(name: string, secret: string): Promise<BoundDevice> {
  const remoteAddress = '127.0.0.1';
  const outcome = await flows.bindDevice({ name, secret, remoteAddress, channel: 'tls', way: 'device' });
  if (outcome.outcome !== 'bound') throw new Error(outcome.reason);
  return outcome.device;
}

const allGroups = { anyOf: undefined, afterNumber: 0, limit: 9, members: 'all' } as const;
const events = async () => {
  const types: string[] = [];
  for await (const { type } of system.context.audit.read()) types.push(type);
  return types;
};

describe('a bound device', () => {
  it('is found under its name in any case of letters, and asks on', async () => {
    const request = { device, number, way: 'card-search', remoteAddress: '127.0.0.1' } as const;
    expect(await flows.logInWithCard(request)).toEqual({ outcome: 'denied', reason: 'unknown-card' });
    expect(await events()).toEqual(['client.added', 'client.bound', 'login.denied']);
  });

  it('is answered nothing more on its open connection once its secret is rotated', async () => {
    await rotateClientSecret(system.context, { client: 'printer', actor: admin });
    const request = { device, number, way: 'card-search', remoteAddress: '127.0.0.1' } as const;
    expect(await flows.logInWithCard(request)).toEqual({ outcome: 'device-denied' });
    expect(await flows.findGroups({ device, ...allGroups })).toEqual({ outcome: 'device-denied' });
    const people = { device, anyOf: undefined, afterUid: undefined, limit: 1 };
    expect(await flows.findPeople(people)).toEqual({ outcome: 'device-denied' });
  });

  it('is answered by its new profile on its open connection', async () => {
    expect(device.profile).toMatchObject({ cardAttributes: ['serialnumber'], spelling: { digits: 8 } });
    const choices = { cardAttributes: ['pager'], base: 'decimal' } as const;
    await changeDeviceProfile(system.context, { client: 'printer', choices, actor: admin });
    expect(device.profile).toMatchObject({ cardAttributes: ['pager'], spelling: { digits: 0 } });
  });

  it('sees only the people it is for: those who could sign in there', async () => {
    const of = (uid: string, groups: readonly string[]) => ({
      ...{ uid, groups, displayName: uid, organization: 'Himeji' },
    });
    const people = [of('sato', ['tax', 'staff']), of('tanaka', ['staff'])];
    await importPeople(system.context, { people, actor: admin });
    const secret = await added({ name: 'tax office', preset: 'generic', requiredGroups: ['tax'] });
    const device = await bound('tax office', secret);
    const found = await flows.findPeople({ device, anyOf: undefined, afterUid: undefined, limit: 9 });
    expect(found).toMatchObject({ outcome: 'found', people: [{ uid: 'sato' }], next: undefined });
    const anyOf = [{ attribute: 'uid', value: 'tanaka' }] as const;
    const lookedUp = await flows.findPeople({ device, anyOf, afterUid: undefined, limit: 9 });
    expect(lookedUp).toMatchObject({ outcome: 'found', people: [] });
    const groups = [
      { name: 'tax', number: 1, memberUids: ['sato'] },
      { name: 'staff', number: 2, memberUids: ['sato'] },
    ];
    expect(await flows.findGroups({ device, ...allGroups })).toEqual({
      outcome: 'found',
      groups,
      next: undefined,
    });
  });

  it('of one organisation sees neither people nor groups of another', async () => {
    const of = (uid: string, organization: string, groups: readonly string[]) => ({
      ...{ uid, groups, displayName: uid, organization },
    });
    const people = [of('sato', 'Himeji', ['staff']), of('tanaka', 'Kobe', ['staff', 'harbour'])];
    await importPeople(system.context, { people, actor: admin });
    const secret = await added({ name: 'himeji', preset: 'generic' });
    const { record, clients } = system.context;
    const himeji = (await record.organizations.findByName('Himeji'))!.organizationId;
    const { policy } = clients.find('himeji')!;
    await record.change((tables) => tables.clients.replacePolicy({ ...policy, organizations: [himeji] }));
    await clients.reload(record);
    const device = await bound('himeji', secret);
    const found = await flows.findPeople({ device, anyOf: undefined, afterUid: undefined, limit: 9 });
    expect(found).toMatchObject({ people: [{ uid: 'sato' }] });
    const anyOf = [{ attribute: 'uid', value: 'tanaka' }] as const;
    const other = await flows.findPeople({ device, anyOf, afterUid: undefined, limit: 9 });
    expect(other).toMatchObject({ people: [] });
    const groups = [{ name: 'staff', memberUids: ['sato'] }];
    expect(await flows.findGroups({ device, ...allGroups })).toMatchObject({ groups });
    expect(
      await flows.findGroups({ device, ...allGroups, anyOf: [{ attribute: 'name', value: 'harbour' }] }),
    ).toMatchObject({ groups: [] });
  });

  it('that binds for a card leaves one line of audit, the sign-in; a refusal leaves its own', async () => {
    const remote = { remoteAddress: '127.0.0.1', channel: 'tls', way: 'card-bind' } as const;
    const secret = await added({ name: 'door', preset: 'card-bind' });
    expect((await flows.bindDevice({ ...remote, name: 'door', secret })).outcome).toBe('bound');
    expect((await flows.bindDevice({ ...remote, name: 'door', secret: 'wrong' })).outcome).toBe('denied');
    expect((await events()).slice(-2)).toEqual(['client.added', 'client.bind-refused']);
    // The printer binds no cards: no sign-in follows that would speak for its right secret.
    const rotated = await rotateClientSecret(system.context, { client: 'printer', actor: admin });
    const printers = { ...remote, name: 'printer', secret: rotated.secret };
    expect((await flows.bindDevice(printers)).outcome).toBe('bound');
    expect((await events()).at(-1)).toBe('client.bound');
  });
});

describe('a device with a TLS client certificate', () => {
  const sha256 = 'ab'.repeat(32);
  const note = (change: { readonly add: string } | { readonly remove: string }, client = 'printer') =>
    changeClientCertificates(system.context, { client, change, actor: admin });
  const shown = async (name?: string) => {
    const remoteAddress = '127.0.0.1';
    return await flows.bindCertificate({ certificateSha256: sha256, name, remoteAddress });
  };
  const denied = { outcome: 'denied', reason: 'invalid-credentials' };

  it('binds by it once it is noted, as itself and as nobody else', async () => {
    expect(await shown()).toEqual(denied);
    await note({ add: sha256 });
    expect(await shown()).toMatchObject({
      outcome: 'bound',
      device: { name: 'Printer', credential: sha256 },
    });
    expect(await shown('PRINTER')).toMatchObject({ outcome: 'bound' });
    await added({ name: 'door' });
    expect(await shown('door')).toEqual(denied);
    const refusals = [];
    for await (const { type, reason } of system.context.audit.read()) {
      if (type === 'client.bind-refused') refusals.push(reason);
    }
    expect(refusals).toEqual(['certificate-unknown', 'certificate-of-another']);
  });

  it('is answered nothing more on its open connection once the certificate is struck', async () => {
    await note({ add: sha256 });
    const outcome = await shown();
    if (outcome.outcome !== 'bound') throw new Error(outcome.reason);
    await note({ remove: sha256.slice(0, 8) });
    expect(await shown()).toEqual(denied);
    expect(await flows.findGroups({ device: outcome.device, ...allGroups })).toEqual({
      outcome: 'device-denied',
    });
    expect(await events()).toEqual(
      expect.arrayContaining(['client.certificate-added', 'client.certificate-removed']),
    );
  });

  it('has it for itself, and binds with its secret as before', async () => {
    await note({ add: sha256 });
    const secret = await added({ name: 'door' });
    const taken = expect.objectContaining({ code: 'ERR_CERTIFICATE_TAKEN' });
    await expect(note({ add: sha256 }, 'door')).rejects.toEqual(taken);
    expect((await note({ add: sha256 })).certificateSha256s).toEqual([sha256]);
    const unknown = expect.objectContaining({ code: 'ERR_CERTIFICATE_UNKNOWN' });
    await expect(note({ remove: 'cdcdcdcd' })).rejects.toEqual(unknown);
    expect(await bound('door', secret)).toMatchObject({ name: 'door' });
  });
});
