import { describe, expect, it } from 'vitest';
import { profileText, shownProfile } from '../../../idp/commands/profile-text.ts';
import { recordCommands } from '../../../idp/commands/registry.ts';
import { readCardNumber } from '../../../idp/domain/card-spelling.ts';
import { deviceProfileOf } from '../../../idp/domain/device-presets.ts';
import { devicePresets } from '../../../idp/domain/device-profile.ts';
import { ldapClient } from '../storage/support/storage-world.ts';

const read = (name: string, options: { readonly [name: string]: unknown }) =>
  recordCommands.find((command) => command.name === name)?.read({ positional: ['copier'], options });
const refused = expect.objectContaining({ code: 'ERR_OPTION' });

describe('what is said of a device’s profile', () => {
  const given = {
    ...{ way: ['card-search'], cardKind: 'uid', cardAttribute: ['serialNumber,pager', 'uid'] },
    ...{
      cardBase: 'decimal',
      cardOctets: '7',
      cardDigits: '17',
      cardOrder: 'reversed',
      cardLetters: 'upper',
    },
    ...{ cardSeparators: 'none', cardPattern: ';*?', cardEcho: 'off', maxEntries: '5', writeBack: '2/20' },
    release: ['cn', 'sAMAccountName=uid, mail'],
    ...{ unixNumbersFrom: '300000', unixGroupsFrom: '400000', unixGroup: '1000' },
    ...{ unixHome: '/srv/{uid}', unixShell: '/bin/sh' },
  };
  const meant = {
    ...{ ways: ['card-search'], cardKind: 'uid', cardAttributes: ['serialNumber', 'pager', 'uid'] },
    ...{ base: 'decimal', octets: 7, digits: 17, byteOrder: 'reversed', letters: 'upper' },
    ...{ separators: 'none', pattern: ';*?', echoCardNumber: false, maxEntries: 5 },
    writeBack: { perPersonPerDay: 2, perDevicePerDay: 20 },
    unixAccounts: {
      ...{ uidNumberFrom: 300_000, groupNumberFrom: 400_000, gidNumber: 1_000 },
      ...{ homeDirectory: '/srv/{uid}', loginShell: '/bin/sh' },
    },
    released: [
      { shown: 'objectclass', from: 'objectclass' },
      { shown: 'uid', from: 'uid' },
      { shown: 'cn', from: 'cn' },
      { shown: 'samaccountname', from: 'uid' },
      { shown: 'mail', from: 'mail' },
    ],
  };

  it('is read alike for a new device and for one that is there', () => {
    expect(read('client profile', given)).toEqual({ client: 'copier', choices: meant });
    const added = read('client add', { ldap: true, profile: 'ricoh', ...given });
    expect(added).toMatchObject({ client: { preset: 'ricoh', choices: meant } });
  });

  it('stays as it is where nothing is said', () => {
    expect(read('client profile', {})).toEqual({ client: 'copier', choices: {} });
  });

  it('of Unix accounts may be that there are any, or none', () => {
    const unix = (given: string) => read('client profile', { unixAccounts: given });
    expect(unix('on')).toMatchObject({ choices: { unixAccounts: {} } });
    expect(unix('off')).toMatchObject({ choices: { unixAccounts: 'off' } });
  });

  it.each([
    { unixAccounts: 'maybe' },
    { unixAccounts: 'off', unixShell: '/bin/sh' },
    { unixGroup: 'users' },
    { way: ['window'] },
    { cardBase: 'octal' },
    { cardOctets: 'four' },
    { cardOctets: '-4' },
    { release: ['password'] },
    { release: ['a=uid=cn'] },
    { writeBack: '5' },
    { writeBack: 'on' },
  ])('is refused as %j', (options) => {
    expect(() => read('client profile', options)).toThrow(refused);
  });

  it('does not go with --oidc', () => {
    for (const options of [{ cardKind: 'uid' }, { release: ['cn'] }]) {
      expect(() =>
        read('client add', { oidc: true, redirectUri: ['https://x.example'], ...options }),
      ).toThrow(refused);
    }
  });
});

describe('a profile in words', () => {
  it.each(devicePresets)('has an example that the device’s own spelling reads: %s', (preset) => {
    const profile = deviceProfileOf(preset);
    const { exampleCard } = shownProfile({ ...ldapClient('copier'), profile });
    expect(readCardNumber(profile.spelling, exampleCard)).toBeDefined();
  });

  it('says how people are Unix accounts', () => {
    const text = profileText(shownProfile({ ...ldapClient('login'), profile: deviceProfileOf('unix') }));
    expect(text).toContain(
      '  as Unix        people from 200000, groups from 200000, primary group 100, home /home/{uid}, shell\n                 /bin/bash\n',
    );
  });

  it.each(devicePresets)('fits a terminal of 100 columns: %s', (preset) => {
    const text = profileText(shownProfile({ ...ldapClient('copier'), profile: deviceProfileOf(preset) }));
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('says what a device sends, may ask and sees, and where its page is', () => {
    const profile = deviceProfileOf('konica-minolta', { base: 'decimal', pattern: 'ID-*' });
    expect(profileText(shownProfile({ ...ldapClient('copier'), profile }))).toBe(
      `copier, preset konica-minolta:
  ways in        card-search; person-bind (directory password)
  card numbers   felica, 8 octets in decimal, no zeros in front, as ID-*
  for example    ID-728224406569967729
  searched by    serialNumber, and given back there
  shows          objectClass, uid, cn, sn, displayName, mail, department, ou, memberOf
  entries        at most 10 a search, without paging
  writes         new cards, 2 a day of a person and 20 of the device; each waits for an approver
  on the device  docs/devices/konica-minolta.md`,
    );
  });
});
