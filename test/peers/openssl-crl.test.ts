import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrlEntry } from '../../idp/demo/authority/crl-issuer.ts';
import { createCrlReader, type JpkiCrlReader } from '../../idp/jpki/crl/crl-reader.ts';
import { type OpensslDesk, openDesk } from '../support/openssl.ts';
import { requirePrograms } from '../support/programs.ts';
import { seededRandom } from '../support/random.ts';
import { createTestPki, pem, type TestPki } from '../support/test-pki.ts';
import { crlNumberIn, dateIn, entriesIn, textsOf } from './openssl-crl-text.ts';
import { type RandomList, randomList, randomSerialNumber, reasonNames } from './random-list.ts';

const missing = requirePrograms('openssl');
const hourMs = 3_600_000;
/** In `npm test` all of them; fewer while something else is looked for. */
const lists = Number(process.env.DIFFERENTIAL_RUNS ?? 2000);
/** Texts that are asked for at once. */
const atOnce = 100;

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

  it(`agree on every entry, reason and date of ${lists} random lists`, async () => {
    const random = seededRandom(2026);
    let agreed = 0;
    let entries = 0;
    while (agreed < lists) {
      const count = Math.min(atOnce, lists - agreed);
      const made = Array.from({ length: count }, (_, index) => randomList(random, pki, agreed + index));
      const texts = await textsOf(
        desk,
        made.map(({ der }) => der),
      );
      made.forEach((list, index) => {
        compare(list, texts[index] ?? '');
        entries += list.serialNumbers.size;
      });
      agreed += count;
    }
    expect(entries).toBeGreaterThan(lists * 5);
  }, 180_000);

  function compare({ name, der, serialNumbers }: RandomList, text: string): void {
    const verdict = reader.read(der, serialNumbers, pki.now);
    if (verdict.outcome === 'refused') throw new Error(`${name}: ${verdict.reason}`);
    expect(verdict.crlNumber, name).toBe(crlNumberIn(text));
    expect(verdict.thisUpdate, name).toBe(dateIn(text, 'Last Update'));
    expect(verdict.nextUpdate, name).toBe(dateIn(text, 'Next Update'));
    expect(verdict.entryCount, name).toBe(serialNumbers.size);
    // Plain objects of strings and numbers, compared as text: a thousand times faster, and as strict.
    expect(JSON.stringify(verdict.hits), name).toBe(JSON.stringify(entriesIn(text)));
  }

  it('agree on a list that openssl made', () => {
    const random = seededRandom(7);
    const entries = Array.from({ length: 20 }, () => ({
      serialNumber: randomSerialNumber(random),
      revocationDate: pki.now - random.below(1_000_000) * 1000,
      reason: random.pick(reasonNames),
    }));
    const der = opensslList(desk, pki, entries);
    const interest = new Set(entries.map(({ serialNumber }) => serialNumber));
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
