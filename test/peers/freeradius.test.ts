import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTlsIdentity } from '../connectors/ldap/support/running-server.ts';
import { peopleWithCards, tanaka } from '../support/city-of-devices.ts';
import { commandsOf, devicePage, fileOf } from '../support/device-pages.ts';
import { type FreeRadius, startFreeRadius } from '../support/freeradius.ts';
import { createInstallation, type Installation } from '../support/installation.ts';
import { requirePrograms } from '../support/programs.ts';

const missing = requirePrograms('freeradius', 'radclient');
const page = devicePage('freeradius');

/** A door that speaks RADIUS, FreeRADIUS as its page configures it, and the whole product behind; in this order. */
describe.skipIf(missing)('a door behind FreeRADIUS', () => {
  let here: Installation;
  let radius: FreeRadius;
  let folder: string;
  const card = tanaka.cards.jpki.toUpperCase();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kazasu-tls-'));
    const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const identity = makeTlsIdentity();
    writeFileSync(certificate, identity.cert);
    writeFileSync(key, identity.key, { mode: 0o600 });
    here = await createInstallation({ KAZASU_TLS_CERT: certificate, KAZASU_TLS_KEY: key });
    await peopleWithCards(here);
    await here.start();
    const [add = []] = commandsOf(page);
    const typed = add.map((word) => word.replace('192.0.2.30', '127.0.0.1'));
    const { secret = '' } = await here.done(...typed);
    const ldap = fileOf(page, 'ldap')
      // OpenLDAP's library takes `localhost` for the machine's own name, which is not in the certificate.
      .replace('ldaps://idp.example.jp:1636', `ldaps://127.0.0.1:${here.ldapsPort}`)
      .replace('/etc/ssl/certs/kazasu.pem', certificate)
      .replace('PASSWORD', secret);
    radius = await startFreeRadius({ ldap, site: fileOf(page, 'door') });
  }, 60_000);

  afterAll(async () => {
    await radius?.close();
    await here?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens for a registered card, in either case of letters', async () => {
    expect(await radius.access(card)).toBe('accept');
    expect(await radius.access(card.toLowerCase())).toBe('accept');
  });

  it('stays shut for a card that is nobody’s, and for what is no number', async () => {
    expect(await radius.access('0FFFFFFF')).toBe('reject');
    expect(await radius.access('*')).toBe('reject');
    expect(await radius.access('x)(uid=tanaka')).toBe('reject');
  });

  it('stays shut from the moment its person is suspended, on the connection that it keeps', async () => {
    await here.done('person', 'suspend', tanaka.uid);
    expect(await radius.access(card)).toBe('reject');
    await here.done('person', 'restore', tanaka.uid);
    expect(await radius.access(card)).toBe('accept');
  });

  it('leaves every try in the trail', async () => {
    const { stdout } = await here.kazasu(['audit', 'export']);
    expect(stdout).toContain('login.granted');
    expect(stdout).toContain('person-suspended');
  });

  it('is told nothing when nothing could be found out, and goes on once the directory is back', async () => {
    await here.stop();
    expect(await radius.access(card)).toBe('silence');
    await here.start();
    await expect.poll(() => radius.access(card), { timeout: 20_000, interval: 500 }).toBe('accept');
  });
});
