import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCrlSource } from '../../connectors/jpki/crl-source.ts';
import type { RevocationScope } from '../../idp/domain/card.ts';
import type { SerialNumber } from '../../idp/domain/certificate-id.ts';
import { createCertificateVerifier } from '../../idp/jpki/certificate-verifier.ts';
import { createCrlReader, type JpkiCrlReader } from '../../idp/jpki/crl/crl-reader.ts';
import { requirePrograms } from '../support/programs.ts';
import { ldifEntry, type Slapd, startSlapd } from '../support/slapd.ts';
import { createTestPki, type TestPki } from '../support/test-pki.ts';
import { makeTlsPair } from '../support/tls-pair.ts';

const missing = requirePrograms('slapd', 'openssl');
const unavailable = expect.objectContaining({ name: 'Fault', code: 'ERR_CRL_SOURCE_UNAVAILABLE' });
const himeji = { prefecture: 'Hyogo', municipality: 'Himeji-shi' };
const big = { prefecture: 'Tokyo', municipality: 'Everybody' };
const hourMs = 3_600_000;

describe.skipIf(missing)('a list in a directory', () => {
  let pki: TestPki;
  let slapd: Slapd;
  let scope: RevocationScope;
  let serialNumber: string;
  let list: Uint8Array;
  let reader: JpkiCrlReader;
  let tls: ReturnType<typeof makeTlsPair>;

  beforeAll(async () => {
    pki = await createTestPki();
    reader = createCrlReader({ anchors: pki.anchors, allowTestAuthorities: true });
    const order = { publicKey: pki.holder.publicKey, notBefore: pki.now - hourMs };
    const issued = pki.newer.issueUserCertificate({ ...order, ...himeji });
    serialNumber = issued.serialNumber;
    pki.newer.revoke(serialNumber, pki.now - hourMs, 'cessationOfOperation');
    const verifier = createCertificateVerifier({ anchors: pki.anchors, allowTestAuthorities: true });
    const verdict = verifier.verify(issued.certificate, pki.now);
    if (verdict.outcome === 'refused' || !verdict.certificate.revocationScope) throw new Error('no scope');
    scope = verdict.certificate.revocationScope;
    const dates = { thisUpdate: pki.now - hourMs, nextUpdate: pki.now + hourMs, crlNumber: 12 };
    list = pki.newer.issueCrl({ ...dates, ...himeji });
    const entries = Array.from({ length: 200_000 }, (_, index) => ({
      serialNumber: (0x0b10_0000 + index).toString(16).padStart(8, '0'),
      revocationDate: pki.now - hourMs,
    }));
    tls = makeTlsPair();
    slapd = await startSlapd({
      suffix: 'C=JP',
      ldif: directory(list, pki.newer.issueCrl({ ...dates, ...big, entries })),
      tls,
    });
  });

  afterAll(async () => {
    await slapd?.close();
    tls?.remove();
  });

  it("is found under the DN that the certificate names, and names the holder's card", async () => {
    const [fetched = new Uint8Array()] = await createCrlSource(slapd.url).fetch(scope.distributionPoint);
    expect(Buffer.from(fetched).equals(list)).toBe(true);
    expect(reader.claimedScope(fetched)).toEqual(scope);
    expect(reader.read(fetched, new Set([serialNumber as SerialNumber]), pki.now)).toMatchObject({
      outcome: 'read',
      ...scope,
      crlNumber: '12',
      hits: [{ serialNumber, reason: 'cessationOfOperation' }],
    });
  });

  it('is the same over TLS, and only when the server is trusted', async () => {
    const address = slapd.secureUrl ?? '';
    const trusted = createCrlSource(address, { ca: readFileSync(tls.certificate, 'utf8') });
    expect(Buffer.concat(await trusted.fetch(scope.distributionPoint)).equals(list)).toBe(true);
    await expect(createCrlSource(address).fetch(scope.distributionPoint)).rejects.toEqual(unavailable);
  });

  it('comes whole when it is long, without stopping everything else', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const [fetched = new Uint8Array()] = await createCrlSource(slapd.url).fetch(
      scope.distributionPoint.replace('CN=Himeji-shi CRLDP,OU=Hyogo', 'CN=Everybody CRLDP,OU=Tokyo'),
    );
    delay.disable();
    expect(reader.read(fetched, new Set(), pki.now)).toMatchObject({ outcome: 'read', entryCount: 200_000 });
    // Copying piece by piece took seconds for this length; one copy takes milliseconds.
    expect(delay.max / 1e6).toBeLessThan(500);
  });

  it('that is longer than allowed is not taken', async () => {
    const source = createCrlSource(slapd.url, { maxOctets: 400 });
    await expect(source.fetch(scope.distributionPoint)).rejects.toEqual(unavailable);
  });

  it('that is not there is a fault, as is a directory that is not there or does not answer', async () => {
    await expect(createCrlSource(slapd.url).fetch('CN=Nowhere,C=JP')).rejects.toEqual(unavailable);
    await expect(createCrlSource(slapd.url).fetch('C=JP')).rejects.toEqual(unavailable);
    await expect(createCrlSource('ldap://127.0.0.1:1').fetch('C=JP')).rejects.toEqual(unavailable);
    process.kill(slapd.pid, 'SIGSTOP');
    try {
      const hung = createCrlSource(slapd.url, { timeoutSeconds: 0.3 });
      await expect(hung.fetch(scope.distributionPoint)).rejects.toEqual(unavailable);
    } finally {
      process.kill(slapd.pid, 'SIGCONT');
    }
  });

  it('is what the directory gives to another client', () => {
    const output = execFileSync(
      'ldapsearch',
      [
        '-x',
        '-LLL',
        '-o',
        'ldif-wrap=no',
        '-H',
        slapd.url,
        '-s',
        'base',
        '-b',
        scope.distributionPoint,
        'certificateRevocationList;binary',
      ],
      { encoding: 'utf8' },
    );
    const base64 = /certificateRevocationList;binary:: (\S+)/.exec(output)?.[1] ?? '';
    expect(Buffer.from(base64, 'base64').equals(list)).toBe(true);
  });
});

/** The entries from the country down to two distribution points. */
function directory(himejiList: Uint8Array, bigList: Uint8Array): string {
  const organization = 'O=JPKI-TEST,C=JP';
  const authentication = `OU=JPKI for user authentication,${organization}`;
  const points = `OU=CRL Distribution Points,${authentication}`;
  const unit = (dn: string, ou: string) => ldifEntry(dn, { objectClass: 'organizationalUnit', ou });
  const point = (place: { prefecture: string; municipality: string }, crl: Uint8Array) =>
    unit(`OU=${place.prefecture},${points}`, place.prefecture) +
    ldifEntry(`CN=${place.municipality} CRLDP,OU=${place.prefecture},${points}`, {
      objectClass: 'cRLDistributionPoint',
      cn: `${place.municipality} CRLDP`,
      'certificateRevocationList;binary': crl,
    });
  return [
    ldifEntry('C=JP', { objectClass: 'country', c: 'JP' }),
    ldifEntry(organization, { objectClass: 'organization', o: 'JPKI-TEST' }),
    unit(authentication, 'JPKI for user authentication'),
    unit(points, 'CRL Distribution Points'),
    point(himeji, himejiList),
    point(big, bigList),
  ].join('');
}
