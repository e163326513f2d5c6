import { beforeAll, describe, expect, it } from 'vitest';
import { encodeOcspRequest, ocspCertId } from '../../../connectors/jpki/ocsp-request.ts';
import { checkOcspResponse, type OcspRefusal } from '../../../connectors/jpki/ocsp-response.ts';
import { keyIdentifier } from '../../../idp/demo/authority/certificate-template.ts';
import type { KeyPair } from '../../../idp/demo/authority/certification-authority.ts';
import { sequence } from '../../../idp/demo/authority/der-writer.ts';
import { createOcspResponder } from '../../../idp/demo/authority/ocsp-responder.ts';
import {
  type OcspResponseTemplate,
  ocspNonce,
  ocspRefusal,
  type SingleResponse,
  signOcspResponse,
} from '../../../idp/demo/authority/ocsp-response.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';

const minuteMs = 60_000;
const nonce = Buffer.alloc(32, 7);
let pki: TestPki;
let der: Uint8Array;
let serialNumber: string;
/** CertID as the request has it. */
let certIdDer: Uint8Array;

beforeAll(async () => {
  pki = await createTestPki();
  const issued = pki.newer.issueUserCertificate({
    publicKey: pki.holder.publicKey,
    notBefore: pki.now - minuteMs,
  });
  der = issued.certificate;
  serialNumber = issued.serialNumber;
  certIdDer = certIdIn(encodeOcspRequest(question().certId, nonce));
});

const question = (digest: 'sha1' | 'sha256' = 'sha1') => ({
  certId: ocspCertId({ der, issuerDer: pki.newer.certificate }, digest),
  nonce,
  issuerDer: pki.newer.certificate,
});

/** CertID starts with its AlgorithmIdentifier: two headers before the object identifier of SHA-1. */
function certIdIn(request: Uint8Array): Uint8Array {
  const start = Buffer.from(request).indexOf('06052b0e03021a', undefined, 'hex') - 4;
  return request.subarray(start, start + 2 + (request[start + 1] ?? 0));
}

interface Answer extends Partial<Omit<OcspResponseTemplate, 'responses'>> {
  readonly single?: Partial<SingleResponse>;
  readonly signer?: KeyPair;
}

function answer({ single, signer = pki.newer.keyPair, ...rest }: Answer = {}): Uint8Array {
  const template: OcspResponseTemplate = {
    responderKeyId: keyIdentifier(signer.publicKey),
    producedAt: pki.now,
    extensions: [ocspNonce(nonce)],
    ...rest,
    responses: [
      {
        certId: certIdDer,
        status: { status: 'good' },
        thisUpdate: pki.now - minuteMs,
        nextUpdate: pki.now + minuteMs,
        ...single,
      },
    ],
  };
  return signOcspResponse(template, signer.privateKey);
}

const judge = (response: Uint8Array) => checkOcspResponse(response, question(), pki.now);

/** A responder certificate for the holder's key. */
const delegate = (authority = pki.newer, notBefore = pki.now - minuteMs, notAfter = pki.now + minuteMs) =>
  authority.issueOcspResponderCertificate({ publicKey: pki.holder.publicKey, notBefore, notAfter })
    .certificate;

describe('an OCSP answer', () => {
  it('says good, and of when', () => {
    expect(judge(answer())).toMatchObject({
      outcome: 'answered',
      answer: { status: 'good', thisUpdate: pki.now - minuteMs },
    });
  });

  it('says revoked, and since when', () => {
    const status = {
      status: 'revoked',
      revocationDate: pki.now - 9 * minuteMs,
      reason: 'keyCompromise',
    } as const;
    expect(judge(answer({ single: { status } }))).toMatchObject({
      outcome: 'answered',
      answer: { status: 'revoked', revocationTime: pki.now - 9 * minuteMs },
    });
  });

  it('says unknown, which is not revoked', () => {
    expect(judge(answer({ single: { status: { status: 'unknown' } } }))).toMatchObject({
      outcome: 'answered',
      answer: { status: 'unknown' },
    });
  });

  it('may be signed by a delegate of the issuer', () => {
    expect(judge(answer({ signer: pki.holder, certificate: delegate() })).outcome).toBe('answered');
  });

  it('without nonce counts while it is at most 15 minutes old', () => {
    const at = (thisUpdate: number) => judge(answer({ extensions: [], single: { thisUpdate } }));
    expect(at(pki.now - 15 * minuteMs).outcome).toBe('answered');
    expect(at(pki.now - 15 * minuteMs - 1000)).toEqual({ outcome: 'refused', reason: 'stale' });
  });

  it('counts until its nextUpdate', () => {
    const at = (nextUpdate: number) => judge(answer({ single: { nextUpdate } }));
    expect(at(pki.now).outcome).toBe('answered');
    expect(at(pki.now - 1000)).toEqual({ outcome: 'refused', reason: 'stale' });
  });

  it.each(['sha1', 'sha256'] as const)('of our own responder answers a certID by %s', async (digest) => {
    const respond = createOcspResponder({ authorities: [pki.older, pki.newer], now: () => pki.now });
    const asked = question(digest);
    const response = await respond(encodeOcspRequest(asked.certId, nonce));
    expect(checkOcspResponse(response, asked, pki.now)).toMatchObject({ answer: { status: 'good' } });
    expect(pki.newer.statusOf(serialNumber)).toEqual({ status: 'good' });
  });
});

const otherCertId = (): Uint8Array => {
  const other = Buffer.from(certIdDer);
  const last = other.length - 1;
  other[last] = (other[last] ?? 0) ^ 1;
  return other;
};

const refusals: readonly (readonly [OcspRefusal, string, () => Uint8Array])[] = [
  ['malformed', 'nothing at all', () => new Uint8Array()],
  ['malformed', 'a web page', () => Buffer.from('<html>captive portal</html>')],
  ['malformed', 'half an answer', () => answer().subarray(0, 200)],
  ['malformed', 'an empty sequence', () => sequence()],
  ['try-later', 'a responder that is busy', () => ocspRefusal(3)],
  ['unauthorized', 'a responder that is not in charge', () => ocspRefusal(6)],
  ['not-successful', 'an internal error', () => ocspRefusal(2)],
  ['signature-invalid', "a stranger's signature", () => answer({ signer: pki.holder })],
  ['signature-invalid', "the other generation's signature", () => answer({ signer: pki.older.keyPair })],
  ['signature-invalid', 'a bit turned', () => turned(answer())],
  [
    'responder-not-authorized',
    'a delegate of the other generation',
    () => answer({ signer: pki.holder, certificate: delegate(pki.older) }),
  ],
  [
    'responder-not-authorized',
    'a delegate whose certificate has expired',
    () =>
      answer({
        signer: pki.holder,
        certificate: delegate(pki.newer, pki.now - 9 * minuteMs, pki.now - minuteMs),
      }),
  ],
  [
    'responder-not-authorized',
    'a card holder who answers for the own card',
    () => answer({ signer: pki.holder, certificate: der }),
  ],
  [
    'nonce-mismatch',
    'the answer to another request',
    () => answer({ extensions: [ocspNonce(Buffer.alloc(32, 8))] }),
  ],
  ['nonce-mismatch', 'a nonce cut short', () => answer({ extensions: [ocspNonce(nonce.subarray(1))] })],
  ['other-certificate', 'another serial number', () => answer({ single: { certId: otherCertId() } })],
  ['not-yet-valid', 'an hour ahead', () => answer({ single: { thisUpdate: pki.now + 60 * minuteMs } })],
];

describe('an OCSP answer is refused as', () => {
  it.each(refusals)('%s: %s', (reason, _, response) => {
    expect(judge(response())).toEqual({ outcome: 'refused', reason });
  });
});

function turned(response: Uint8Array): Uint8Array {
  const copy = Buffer.from(response);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 1;
  return copy;
}
