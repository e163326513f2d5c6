import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CrlEntry, type CrlReason, crlReasons } from '../../idp/demo/authority/crl-issuer.ts';
import type { SerialNumber } from '../../idp/domain/certificate-id.ts';
import { createCrlReader, type JpkiCrlReader } from '../../idp/jpki/crl/crl-reader.ts';
import { type OpensslDesk, openDesk } from '../support/openssl.ts';
import { requirePrograms } from '../support/programs.ts';
import { type Random, seededRandom } from '../support/random.ts';
import { createTestPki, pem, type TestPki } from '../support/test-pki.ts';

const missing = requirePrograms('openssl');
const hourMs = 3_600_000;
const lists = 60;

describe.skipIf(missing)('openssl and our reader', () => {
  let pki: TestPki;
  let desk: OpensslDesk;
  let reader: JpkiCrlReader;

  beforeAll(async () => {
    pki = await createTestPki({}, Math.floor(Date.now() / 1000) * 1000);
    reader = createCrlReader({ anchors: pki.anchors, allowTestAuthorities: true });
    desk = openDesk();
    desk.put('older.pem', pem('CERTIFICATE', pki.older.certificate));
    desk.put('newer.pem', pem('CERTIFICATE', pki.newer.certificate));
  });
  afterAll(() => desk?.remove());

  const order = () => ({ thisUpdate: pki.now - hourMs, nextUpdate: pki.now + 24 * hourMs, crlNumber: 41 });

  it('both hold the signature of a list for good under its own generation only', () => {
    const file = desk.put('one.crl', pem('X509 CRL', pki.newer.issueCrl({ ...order(), entries: [] })));
    const verify = (anchor: string) =>
      desk.attempt('crl', '-in', file, '-noout', '-verify', '-CAfile', anchor);
    expect(verify('newer.pem').output).toContain('verify OK');
    expect(verify('older.pem').output).toContain('verify failure');
  });

  it(`agree on every entry, reason and date of ${lists} random lists`, () => {
    const random = seededRandom(2026);
    for (let index = 0; index < lists; index++) {
      const entries = randomEntries(random, pki.now);
      const authority = random.pick([pki.older, pki.newer]);
      const crlNumber = random.below(2 ** 31);
      const der = authority.issueCrl({ ...order(), crlNumber, entries });
      const text = desk.run('crl', '-inform', 'der', '-in', desk.put('random.crl', der), '-noout', '-text');
      const interest = new Set(entries.map(({ serialNumber }) => serialNumber as SerialNumber));
      const verdict = reader.read(der, interest, pki.now);
      if (verdict.outcome === 'refused') throw new Error(`list ${index}: ${verdict.reason}`);
      expect(verdict.crlNumber, `list ${index}`).toBe(crlNumberIn(text));
      expect(verdict.entryCount, `list ${index}`).toBe(entries.length);
      expect(
        verdict.hits.map((hit) => ({ ...hit })),
        `list ${index}`,
      ).toEqual(entriesIn(text));
    }
  });

  it('agree on a list that openssl made', () => {
    const random = seededRandom(7);
    const entries = randomEntries(random, pki.now).slice(0, 20);
    const der = opensslList(desk, pki, entries);
    const interest = new Set(entries.map(({ serialNumber }) => serialNumber as SerialNumber));
    const verdict = reader.read(der, interest, pki.now);
    if (verdict.outcome === 'refused') throw new Error(verdict.reason);
    expect(verdict).toMatchObject({
      issuerKeyId: pki.newer.issuerKeyId,
      crlNumber: '4096',
      distributionPoint: 'CN=Himeji-shi CRLDP,OU=Hyogo,O=JPKI-TEST,C=JP',
    });
    expect(verdict.hits).toHaveLength(entries.length);
    const text = desk.run('crl', '-inform', 'der', '-in', desk.path('made.crl'), '-noout', '-text');
    expect(verdict.hits).toEqual(entriesIn(text));
  });
});

const reasonNames = Object.keys(crlReasons) as [CrlReason, ...CrlReason[]];

/** Up to 300 entries with serial numbers of 1 to 20 octets, each named once. */
function randomEntries(random: Random, now: number): readonly CrlEntry[] {
  const entries = new Map<string, CrlEntry>();
  for (let count = random.below(300); count > 0; count--) {
    const octets = Buffer.from(random.octets(1 + random.below(20)));
    // The highest bit would need a 21st octet; a leading zero is none of a serial number's.
    octets[0] = ((octets[0] ?? 0) & 0x7f) | 1;
    const serialNumber = octets.toString('hex');
    const revocationDate = Math.floor((now - random.below(10 * 365 * 24) * hourMs) / 1000) * 1000;
    const reason = random.below(4) === 0 ? {} : { reason: random.pick(reasonNames) };
    entries.set(serialNumber, { serialNumber, revocationDate, ...reason });
  }
  return [...entries.values()];
}

const opensslReasons: Readonly<Record<string, string>> = {
  Unspecified: 'unspecified',
  'Key Compromise': 'keyCompromise',
  'CA Compromise': 'cACompromise',
  'Affiliation Changed': 'affiliationChanged',
  Superseded: 'superseded',
  'Cessation Of Operation': 'cessationOfOperation',
  'Certificate Hold': 'certificateHold',
  'Remove From CRL': 'removeFromCRL',
  'Privilege Withdrawn': 'privilegeWithdrawn',
  'AA Compromise': 'aACompromise',
};

/** What `openssl crl -text` prints of the entries. */
function entriesIn(text: string) {
  return text
    .split('    Serial Number: ')
    .slice(1)
    .map((entry) => {
      const reason = /CRL Reason Code: \n\s+(.*)/.exec(entry)?.[1]?.trim();
      return {
        serialNumber: (entry.split('\n')[0] ?? '').toLowerCase(),
        revocationDate: Date.parse(/Revocation Date: (.*)/.exec(entry)?.[1] ?? ''),
        reason: reason === undefined ? 'unspecified' : opensslReasons[reason],
      };
    });
}

const crlNumberIn = (text: string): string => /CRL Number: \n\s+(\d+)/.exec(text)?.[1] ?? '';

/** The reasons that `openssl ca` can put into a list, under its own names. */
const authorityReasons: readonly string[] = [
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
];

/** A list by `openssl ca -gencrl`, with number, key identifier and distribution point. */
function opensslList(desk: OpensslDesk, pki: TestPki, entries: readonly CrlEntry[]): Uint8Array {
  const day = (instant: number) =>
    `${new Date(instant)
      .toISOString()
      .slice(2)
      .replace(/[-:T]|\..*/g, '')}Z`;
  const index = entries.map(({ serialNumber, revocationDate, reason = '' }) => {
    const suffix = authorityReasons.includes(reason) ? `,${reason}` : '';
    const date = day(revocationDate) + suffix;
    return `R\t${day(pki.now + 1e9)}\t${date}\t${serialNumber.toUpperCase()}\tunknown\t/CN=${serialNumber}\n`;
  });
  desk.put('index.txt', index.join(''));
  desk.put('crlnumber', '1000\n');
  const config = desk.put(
    'ca.cnf',
    `[ca]
default_ca = authority
[authority]
database = ${desk.path('index.txt')}
crlnumber = ${desk.path('crlnumber')}
certificate = ${desk.path('newer.pem')}
private_key = ${desk.putKey('newer.key', pki.newer.keyPair.privateKey)}
default_md = sha256
default_crl_days = 1
crl_extensions = list
unique_subject = no
[list]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical, @point
[point]
fullname = dirName:name
onlyuser = TRUE
[name]
C = JP
O = JPKI-TEST
OU = Hyogo
CN = Himeji-shi CRLDP
`,
  );
  desk.run('ca', '-config', config, '-gencrl', '-out', desk.path('made.pem'));
  desk.run('crl', '-in', desk.path('made.pem'), '-outform', 'der', '-out', desk.path('made.crl'));
  return readFileSync(desk.path('made.crl'));
}
