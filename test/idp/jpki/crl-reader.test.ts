import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { jpkiCrlExtensions, signCrl } from '../../../idp/demo/authority/crl-issuer.ts';
import { parseSerialNumber, type SerialNumber } from '../../../idp/domain/certificate-id.ts';
import { createCrlReader, type JpkiCrlReader } from '../../../idp/jpki/crl/crl-reader.ts';
import type { CrlVerdict } from '../../../idp/ports/jpki.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';
import { goodList } from '../../vectors/list-makers.ts';

const hourMs = 3_600_000;
let pki: TestPki;
let reader: JpkiCrlReader;

beforeAll(async () => {
  pki = await createTestPki();
  reader = createCrlReader({ anchors: pki.anchors, allowTestAuthorities: true });
});

const serials = (...texts: readonly string[]): ReadonlySet<SerialNumber> =>
  new Set(texts.map(parseSerialNumber));

function read(list: Uint8Array, ...interest: readonly string[]): Extract<CrlVerdict, { outcome: 'read' }> {
  const verdict = reader.read(list, serials(...interest), pki.now);
  if (verdict.outcome === 'refused') throw new Error(verdict.reason);
  return verdict;
}

async function* pieces(list: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < list.length; start += size) yield list.subarray(start, start + size);
}

const order = () => ({ thisUpdate: pki.now - hourMs, nextUpdate: pki.now + 24 * hourMs, crlNumber: 41 });
const second = (instant: number) => Math.floor(instant / 1000) * 1000;

describe('a list', () => {
  it('says who signed it, for which distribution point, with which number and dates', () => {
    expect(
      read(pki.older.issueCrl({ ...order(), entries: [], prefecture: 'Hyogo', municipality: 'Himeji' })),
    ).toEqual({
      outcome: 'read',
      issuerKeyId: pki.older.issuerKeyId,
      distributionPoint:
        'CN=Himeji CRLDP,OU=Hyogo,OU=CRL Distribution Points,OU=JPKI for user authentication,O=JPKI-TEST,C=JP',
      crlNumber: '41',
      thisUpdate: second(pki.now - hourMs),
      nextUpdate: second(pki.now + 24 * hourMs),
      entryCount: 0,
      hits: [],
    });
  });

  it('claims the scope it is read for before anything is verified', () => {
    const list = pki.older.issueCrl(order());
    const { issuerKeyId, distributionPoint } = read(list);
    expect(reader.claimedScope(list)).toEqual({ issuerKeyId, distributionPoint });
    expect(reader.claimedScope(list.subarray(0, 100))).toBeUndefined();
  });

  it('may name no distribution point: then it claims none', () => {
    const { keyId, keyPair, issuerKeyId } = pki.newer;
    const crlExtensions = jpkiCrlExtensions(keyId, 8, undefined);
    const list = signCrl({ ...goodList(pki), crlExtensions }, keyPair.privateKey);
    expect(reader.claimedScope(list)).toEqual({ issuerKeyId });
    expect(read(list)).not.toHaveProperty('distributionPoint');
  });

  it('counts all entries and returns those of interest, with date and reason', () => {
    const entries = [
      { serialNumber: '0b000001', revocationDate: pki.now - 3 * hourMs, reason: 'certificateHold' as const },
      { serialNumber: '0b000002', revocationDate: pki.now - 2 * hourMs },
      { serialNumber: 'ff000003', revocationDate: pki.now - hourMs, reason: 'removeFromCRL' as const },
      { serialNumber: '05', revocationDate: Date.UTC(2051, 1, 1), reason: 'keyCompromise' as const },
      { serialNumber: '7f'.repeat(20), revocationDate: pki.now, reason: 'superseded' as const },
    ];
    const list = pki.newer.issueCrl({ ...order(), entries });
    const verdict = read(list, ...entries.map(({ serialNumber }) => serialNumber), '0b000009');
    expect(verdict.entryCount).toBe(5);
    expect(verdict.hits).toEqual(
      entries.map(({ serialNumber, revocationDate, reason }) => ({
        serialNumber,
        revocationDate: second(revocationDate),
        reason: reason ?? 'unspecified',
      })),
    );
    expect(read(list, '0b000002').hits.map(({ serialNumber }) => serialNumber)).toEqual(['0b000002']);
    expect(read(list).hits).toEqual([]);
  });

  it('does not take a negative number for the serial number with the same octets', () => {
    const negative = Buffer.from('02048b000001', 'hex');
    const entry = Buffer.concat([
      Buffer.from([0x30, negative.length + 15]),
      negative,
      Buffer.from('170d3236313132323030303030305a', 'hex'),
    ]);
    const list = signCrl({ ...goodList(pki), revokedCertificates: entry }, pki.newer.keyPair.privateKey);
    expect(read(list, '8b000001')).toMatchObject({ entryCount: 1, hits: [] });
  });

  it('reads the same in pieces of any size', async () => {
    const entries = Array.from({ length: 3000 }, (_, index) => ({
      serialNumber: (0x0b00_0000 + index).toString(16).padStart(8, '0'),
      revocationDate: pki.now - index * 1000,
      ...(index % 3 === 0 ? {} : { reason: 'superseded' as const }),
    }));
    const list = pki.newer.issueCrl({ ...order(), entries });
    const interest = serials('0b000000', '0b0000ff', '0b000bb7');
    const whole = reader.read(list, interest, pki.now);
    expect(whole).toMatchObject({ entryCount: 3000, hits: { length: 3 } });
    for (const size of [1, 37, 4096, 65_536, list.length]) {
      expect(await reader.readChunks(pieces(list, size), interest, pki.now)).toEqual(whole);
    }
  });

  it('is read to its last second and refused after it', () => {
    const { nextUpdate } = goodList(pki);
    const list = signCrl(goodList(pki), pki.newer.keyPair.privateKey);
    expect(reader.read(list, serials(), nextUpdate ?? 0).outcome).toBe('read');
    expect(reader.read(list, serials(), (nextUpdate ?? 0) + 1)).toEqual({
      outcome: 'refused',
      reason: 'expired',
    });
  });

  it('of a test authority has no issuer where test authorities are not allowed', () => {
    const strict = createCrlReader({ anchors: pki.anchors });
    expect(strict.read(pki.newer.issueCrl(order()), serials(), pki.now)).toEqual({
      outcome: 'refused',
      reason: 'issuer-unknown',
    });
  });

  it('returns nothing of what it named when its signature does not hold', () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const list = signCrl(goodList(pki), stranger.privateKey);
    expect(reader.read(list, serials('0b000001'), pki.now)).toEqual({
      outcome: 'refused',
      reason: 'signature-invalid',
    });
  });
});
