import { beforeAll, describe, expect, it } from 'vitest';
import { encodeOcspRequest, ocspCertId } from '../../connectors/jpki/ocsp-request.ts';
import { checkOcspResponse } from '../../connectors/jpki/ocsp-response.ts';
import { encodeTbsCertificate } from '../../idp/demo/authority/certificate-template.ts';
import { createOcspResponder } from '../../idp/demo/authority/ocsp-responder.ts';
import { sha256WithRsaEncryption, signed } from '../../idp/demo/authority/signer.ts';
import type { SerialNumber } from '../../idp/domain/certificate-id.ts';
import { createCertificateVerifier } from '../../idp/jpki/certificate-verifier.ts';
import { createCrlReader, type JpkiCrlReader } from '../../idp/jpki/crl/crl-reader.ts';
import { readHeader } from '../../idp/jpki/der-reader.ts';
import type { CertificateVerifier } from '../../idp/ports/jpki.ts';
import { mutated } from '../support/mutate.ts';
import { seededRandom } from '../support/random.ts';
import { createTestPki, type TestPki } from '../support/test-pki.ts';
import { goodTemplate } from '../vectors/certificates.ts';

/** `npm test` takes the short run; a long one sets the number. */
const runs = Number(process.env.FUZZ_RUNS ?? 4000);
const seed = Number(process.env.FUZZ_SEED ?? 20261122);
/** Of this thread's own time, so that a busy machine is not taken for a hang; one takes under a millisecond. */
const hangMs = 100;
const hourMs = 3_600_000;

let pki: TestPki;
let verifier: CertificateVerifier;
let reader: JpkiCrlReader;
let certificate: Uint8Array;
let list: Uint8Array;

beforeAll(async () => {
  pki = await createTestPki();
  verifier = createCertificateVerifier({ anchors: pki.anchors, allowTestAuthorities: true });
  reader = createCrlReader({ anchors: pki.anchors, allowTestAuthorities: true });
  const order = { publicKey: pki.holder.publicKey, notBefore: pki.now - hourMs };
  certificate = pki.newer.issueUserCertificate(order).certificate;
  const entries = Array.from({ length: 12 }, (_, index) => ({
    serialNumber: (0x0b00_0001 + index).toString(16).padStart(8, '0'),
    revocationDate: pki.now - index * hourMs,
    ...(index % 2 === 0 ? {} : { reason: 'keyCompromise' as const }),
  }));
  const dates = { thisUpdate: pki.now - hourMs, nextUpdate: pki.now + hourMs, crlNumber: 3 };
  list = pki.newer.issueCrl({ ...dates, entries });
});

const interest: ReadonlySet<SerialNumber> = new Set(['0b000001' as SerialNumber, '0b000002' as SerialNumber]);

/** Runs the same thing on many mutations; the number of the run is in the message of a failure. */
function each(original: Uint8Array, look: (input: Uint8Array, run: number) => void): void {
  const random = seededRandom(seed);
  for (let run = 0; run < runs; run++) {
    const input = mutated(original, random);
    const started = process.threadCpuUsage();
    look(input, run);
    const { user, system } = process.threadCpuUsage(started);
    expect((user + system) / 1000, `run ${run} hangs`).toBeLessThan(hangMs);
  }
}

const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/** The signed part of a signed structure. */
function signedPart(der: Uint8Array): Uint8Array {
  const whole = readHeader(der, 0, der.length);
  const part = readHeader(der, whole.contentStart, whole.end);
  return der.subarray(part.start, part.end);
}

describe('among mutated', () => {
  it('certificates none is accepted but the original', () => {
    expect(verifier.verify(certificate, pki.now).outcome).toBe('verified');
    each(certificate, (input, run) => {
      const verdict = verifier.verify(input, pki.now);
      if (verdict.outcome === 'verified') expect(same(input, certificate), `run ${run}`).toBe(true);
    });
  });

  it('lists none is read but the original, whole or in pieces', async () => {
    const original = reader.read(list, interest, pki.now);
    expect(original).toMatchObject({ outcome: 'read', hits: { length: 2 } });
    each(list, (input, run) => {
      const verdict = reader.read(input, interest, pki.now);
      if (verdict.outcome === 'read') expect(same(input, list), `run ${run}`).toBe(true);
      reader.claimedScope(input);
    });
    const random = seededRandom(seed + 1);
    for (let run = 0; run < runs / 20; run++) {
      const input = mutated(list, random);
      const pieces = (async function* () {
        for (let start = 0; start < input.length; start += 64) yield input.subarray(start, start + 64);
      })();
      const verdict = await reader.readChunks(pieces, interest, pki.now);
      expect(verdict, `run ${run}`).toEqual(reader.read(input, interest, pki.now));
    }
  });

  it('OCSP answers none says anything but what the original says', async () => {
    const asked = {
      certId: ocspCertId({ der: certificate, issuerDer: pki.newer.certificate }, 'sha1'),
      nonce: Buffer.alloc(32, 5),
      issuerDer: pki.newer.certificate,
    };
    const respond = createOcspResponder({ authorities: [pki.newer], now: () => pki.now });
    const response = await respond(encodeOcspRequest(asked.certId, asked.nonce));
    const original = checkOcspResponse(response, asked, pki.now);
    expect(original.outcome).toBe('answered');
    each(response, (input, run) => {
      const verdict = checkOcspResponse(input, asked, pki.now);
      if (verdict.outcome === 'answered') expect(verdict, `run ${run}`).toEqual(original);
    });
  });

  it('OCSP requests none takes our responder down', async () => {
    const certId = ocspCertId({ der: certificate, issuerDer: pki.newer.certificate }, 'sha1');
    const respond = createOcspResponder({ authorities: [pki.newer], now: () => pki.now });
    const request = encodeOcspRequest(certId, Buffer.alloc(32, 5));
    const random = seededRandom(seed);
    for (let run = 0; run < runs / 20; run++) {
      expect((await respond(mutated(request, random)))[0], `run ${run}`).toBe(0x30);
    }
  });
});

describe('what the authority itself signed, however odd,', () => {
  it('is a certificate that is verified or refused', () => {
    const key = pki.newer.keyPair.privateKey;
    const tbs = encodeTbsCertificate(goodTemplate(pki), sha256WithRsaEncryption);
    const random = seededRandom(seed + 2);
    for (let run = 0; run < runs / 10; run++) {
      const verdict = verifier.verify(signed(mutated(tbs, random), key), pki.now);
      expect(['verified', 'refused'], `run ${run}`).toContain(verdict.outcome);
    }
  });

  it('is a list that is read or refused', () => {
    const key = pki.newer.keyPair.privateKey;
    const random = seededRandom(seed + 3);
    for (let run = 0; run < runs / 10; run++) {
      const input = signed(mutated(signedPart(list), random), key);
      expect(['read', 'refused'], `run ${run}`).toContain(reader.read(input, interest, pki.now).outcome);
    }
  });
});
