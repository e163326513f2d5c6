import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordCommands } from '../../../idp/commands/registry.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kazasu-try-'));
  writeFileSync(join(folder, 'secret'), 'a secret\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = async (options: { readonly [name: string]: unknown }) =>
  recordCommands
    .find(({ name }) => name === 'ldap try')
    ?.read({
      positional: [],
      options: {
        ...{ url: 'ldaps://localhost:1636', bindDn: 'cn=x', baseDn: 'dc=x' },
        ...{ secretFile: join(folder, 'secret'), ...options },
      },
    });

describe('what is said to `kazasu ldap try`', () => {
  it.each([
    ['konica', 'konica-minolta', ['serialNumber']],
    ['konica-minolta', 'konica-minolta', ['serialNumber']],
    ['ricoh', 'ricoh', ['serialNumber', 'uid', 'employeeNumber']],
    ['papercut', 'papercut', ['employeeNumber', 'pager']],
    ['hp', 'hp', []],
  ])(
    'names a device by its preset, which says how it searches cards: %s',
    async (preset, device, attributes) => {
      expect(await read({ preset })).toMatchObject({ device, trial: { cardAttributes: attributes } });
    },
  );

  it('is another attribute where the profile has one', async () => {
    const said = await read({ preset: 'ricoh', cardAttribute: ['pager'] });
    expect(said).toMatchObject({ trial: { cardAttributes: ['pager'], secret: 'a secret' } });
  });

  it.each([{ preset: 'toaster' }, { preset: 'hp', url: 'http://localhost' }])(
    'is refused as %j',
    async (options) => {
      await expect(read(options)).rejects.toMatchObject({ code: 'ERR_OPTION' });
    },
  );

  it('is refused when its secret is not there', async () => {
    const secretFile = join(folder, 'absent');
    await expect(read({ preset: 'hp', secretFile })).rejects.toMatchObject({ code: 'ERR_FILE' });
  });

  it.each([
    ['cn=hp,ou=devices,dc=city,dc=jp', 'dc=city,dc=jp'],
    ['cn="a,ou=devices",OU=Devices, dc=city', 'dc=city'],
    ['cn=admin', 'dc=example,dc=jp'],
  ])('has the base that the account stands below: %s', async (bindDn, baseDn) => {
    const said = await read({ preset: 'hp', bindDn, baseDn: undefined });
    expect(said).toMatchObject({ trial: { baseDn } });
    expect(await read({ preset: 'hp', bindDn, baseDn: 'dc=other' })).toMatchObject({
      trial: { baseDn: 'dc=other' },
    });
  });
});

describe('what `kazasu ldap try` tells', () => {
  const command = recordCommands.find(({ name }) => name === 'ldap try')!;
  const person = { dn: 'uid=sato,dc=x', attributes: { cn: ['佐藤'] } };

  it('is whom the device lets in', () => {
    const report = { device: 'door', letsIn: true, person, steps: [] };
    expect(command.text(report)).toContain('The door device lets in uid=sato,dc=x:\n    cn: 佐藤');
  });

  it('is no success of a password that nobody gave', () => {
    const report = { device: 'unix', letsIn: true, person, notTried: 'password', steps: [] };
    expect(command.text(report)).toContain(
      'The unix device finds uid=sato,dc=x; the password was not tried (--user-password-file FILE tries it):',
    );
  });
});
