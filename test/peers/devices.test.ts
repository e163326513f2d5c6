import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScriptedDevice, scriptedDevices } from '../../connectors/devices/conversations.ts';
import type { Line } from '../../connectors/devices/talk.ts';
import { tryDevice } from '../../connectors/devices/try-device.ts';
import { parseCardNumber } from '../../idp/domain/card.ts';
import { spellCardNumber } from '../../idp/domain/card-spelling.ts';
import type { DeviceProfile } from '../../idp/domain/device-profile.ts';
import { certificateOf, peopleWithCards, startDirectoryAbove, tanaka } from '../support/city-of-devices.ts';
import { commandsOf, devicePage, devicePages } from '../support/device-pages.ts';
import { createInstallation, type Installation } from '../support/installation.ts';
import { requirePrograms } from '../support/programs.ts';
import type { Slapd } from '../support/slapd.ts';

const missing = requirePrograms('slapd');
const baseDn = 'dc=example,dc=jp';
const personDn = `uid=${tanaka.uid},ou=people,${baseDn}`;
/** These let in by a card; the others by name, where the person’s password is what counts. */
const byCard: readonly ScriptedDevice[] = ['konica-minolta', 'fujifilm', 'ricoh', 'freeradius', 'door'];

interface Device {
  readonly name: string;
  readonly bindDN: string;
  readonly secret: string;
  readonly profile: DeviceProfile;
}

describe.skipIf(missing)('a device set up as its page says', () => {
  let here: Installation;
  let above: Slapd;
  let ca: string;
  const devices = new Map<ScriptedDevice, Device>();

  beforeAll(async () => {
    above = await startDirectoryAbove();
    here = await createInstallation({
      KAZASU_DIRECTORY_URL: above.url,
      KAZASU_DIRECTORY_USER_DN: 'uid={uid},dc=above',
    });
    await peopleWithCards(here);
    await here.start();
    copyFileSync(certificateOf(here), join(here.directory, 'cert.pem'));
    ca = readFileSync(certificateOf(here), 'utf8');
    writeFileSync(join(here.directory, 'tanaka.password'), `${tanaka.password}\n`);
  }, 60_000);

  afterAll(async () => {
    await here?.close();
    await above?.close();
  });

  const lines: readonly (readonly [string, () => Line])[] = [
    ['LDAPS', () => ({ url: `ldaps://localhost:${here.ldapsPort}`, startTls: false, ca })],
    ['StartTLS', () => ({ url: `ldap://localhost:${here.ldapPort}`, startTls: true, ca })],
    ['LDAP', () => ({ url: `ldap://localhost:${here.ldapPort}`, startTls: false, ca: undefined })],
  ];

  /** A command of a page as it is typed here: this machine is where the device stands and where the directory is. */
  const typedHere = (words: readonly string[]) =>
    words.map((word) =>
      word
        .replace(/192\.0\.2\.\d+(\/\d+)?/, '127.0.0.1')
        .replace('ldaps://idp.example.jp:1636', `ldaps://localhost:${here.ldapsPort}`),
    );

  const device = (name: ScriptedDevice): Device => {
    const found = devices.get(name);
    if (found === undefined) throw new Error(`${name} was not added`);
    return found;
  };

  /** What stands in the device and in front of it; a number that is nobody’s is spelled as the device spells. */
  function trial(name: ScriptedDevice, withPassword: boolean) {
    const { bindDN, secret, profile } = device(name);
    const spelled = (number: string) =>
      spellCardNumber(profile.spelling, parseCardNumber(profile.spelling.kind, number)) ?? '';
    const own = profile.spelling.kind === 'felica' ? tanaka.cards.felica : tanaka.cards.jpki;
    return {
      ...{ bindDn: bindDN, secret, baseDn, cardAttributes: profile.cardAttributes, user: tanaka.uid },
      ...{ card: spelled(own), unknownCard: spelled(own.replace(/^../, '7f')) },
      ...(withPassword ? { password: tanaka.password } : {}),
    };
  }

  it('has a page for every conversation', () => {
    expect(devicePages).toEqual([...scriptedDevices].sort());
  });

  describe.each(scriptedDevices)('%s', (name) => {
    const commands = commandsOf(devicePage(name));

    beforeAll(async () => {
      const [add, ...more] = commands.filter(([group]) => group === 'client');
      const added = await here.done(...typedHere(add ?? []), '--allow-plaintext');
      const account = add?.[2] ?? '';
      writeFileSync(join(here.directory, `${account}.secret`), added.secret ?? '');
      expect(added).toMatchObject({ page: `docs/devices/${name}.md` });
      // None reads cards at a reader of ours here.
      expect(added).not.toHaveProperty('next');
      for (const command of more) {
        const shown = await here.done<{ profile: DeviceProfile }>(...typedHere(command));
        // The first shows the profile; what narrows it is run, and then put back for the rest.
        if (command.length > 3) continue;
        const { bindDN = '', secret = '' } = added;
        devices.set(name, { name: account, bindDN, secret, profile: shown.profile });
      }
      const { ways, cardAttributes } = device(name).profile;
      await here.done(
        ...['client', 'profile', account, ...ways.flatMap((way) => ['--way', way])],
        ...cardAttributes.flatMap((attribute) => ['--card-attribute', attribute]),
      );
    }, 60_000);

    // People who bind before any device did are judged by the one device at their address.
    afterAll(async () => {
      await here.done('client', 'profile', device(name).name, '--way', 'people');
    });

    it('lets the person in, as the page’s own `kazasu ldap try` tells', async () => {
      const attempt = commands.find(([group]) => group === 'ldap') ?? [];
      const ran = await here.kazasu([...typedHere(attempt), '--json']);
      expect(ran.stderr).toBe('');
      expect(ran.status).toBe(0);
      expect(ran.json()).toMatchObject({ device: name, letsIn: true });
    });

    // People’s passwords never go in clear, and HP has no other way in.
    it.each(lines.filter(([line]) => line !== 'LDAP' || name !== 'hp'))(
      'lets the person in over %s, and nobody else',
      async (line, to) => {
        const { steps, person } = await tryDevice(name, to(), trial(name, line !== 'LDAP'), () => undefined);
        expect(steps.filter(({ outcome }) => outcome !== 'as-hoped')).toEqual([]);
        expect(person?.dn).toBe(personDn);
      },
    );

    it('refuses the person once suspended, and lets in again once restored', async () => {
      const [, secure] = lines[0] ?? [];
      const attempt = () => tryDevice(name, secure!(), trial(name, true), () => undefined);
      await here.done('person', 'suspend', tanaka.uid);
      expect((await attempt()).letsIn).toBe(false);
      await here.done('person', 'restore', tanaka.uid);
      expect((await attempt()).letsIn).toBe(true);
    });
  });

  it('takes no person’s password in clear, whatever was allowed to the device', async () => {
    const { name } = device('hp');
    await here.done('client', 'profile', name, '--way', 'person-bind');
    const clear = lines.find(([line]) => line === 'LDAP')?.[1];
    const { letsIn, steps } = await tryDevice('hp', clear!(), trial('hp', true), () => undefined);
    expect(letsIn).toBe(false);
    expect(steps.at(-1)?.heard).toContain('(13)');
    await here.done('client', 'profile', name, '--way', 'people');
  });

  it.each(byCard.filter((name) => name !== 'door'))(
    'a suspension holds on the next search of a connection that is open already: %s',
    async (name) => {
      const { bindDN, secret, profile, name: account } = device(name);
      await here.done(
        ...['client', 'profile', account, '--way', 'card-search'],
        ...profile.cardAttributes.flatMap((attribute) => ['--card-attribute', attribute]),
      );
      const { card } = trial(name, false);
      const client = new Client({ url: `ldaps://localhost:${here.ldapsPort}`, tlsOptions: { ca } });
      await client.bind(bindDN, secret);
      const filter = `(${profile.cardAttributes[0]}=${card})`;
      const found = async () => (await client.search(baseDn, { scope: 'sub', filter })).searchEntries.length;
      expect(await found()).toBe(1);
      await here.done('person', 'suspend', tanaka.uid);
      expect(await found()).toBe(0);
      await here.done('person', 'restore', tanaka.uid);
      expect(await found()).toBe(1);
      await client.unbind();
    },
  );

  it.each(['konica-minolta', 'fujifilm'] as const)(
    'a card that the person notes there waits for an approver, and then lets in: %s',
    async (name) => {
      const { name: account, bindDN, secret } = device(name);
      const enrolCard = `${scriptedDevices.indexOf(name)}1122334455667788`.slice(0, 16);
      const ways = ['--way', 'card-search', '--way', 'person-bind', '--card-attribute', 'serialNumber'];
      await here.done('client', 'profile', account, ...ways, '--write-back', '2/20');
      const [, secure] = lines[0] ?? [];
      const { steps } = await tryDevice(
        name,
        secure!(),
        { ...trial(name, true), enrolCard },
        () => undefined,
      );
      expect(steps.filter(({ outcome }) => outcome !== 'as-hoped')).toEqual([]);
      expect(steps.at(-1)?.does).toMatch(/^adds the new card/);

      const client = new Client({ url: `ldaps://localhost:${here.ldapsPort}`, tlsOptions: { ca } });
      await client.bind(bindDN, secret);
      const search = { scope: 'sub' as const, filter: `(serialNumber=${enrolCard})` };
      const found = async () => (await client.search(baseDn, search)).searchEntries.length;
      expect(await found()).toBe(0);
      const cards = await here.done<{ id: string; state: string }[]>('card', 'list');
      const waiting = cards.filter(({ state }) => state === 'pending');
      expect(waiting).toHaveLength(1);
      await here.done('card', 'approve', waiting[0]?.id ?? '', '--face-to-face');
      expect(await found()).toBe(1);
      await client.unbind();
      await here.done('client', 'profile', account, '--way', 'people');
    },
  );
});
