import { encodeOcspRequest, ocspCertId } from '../../../connectors/jpki/ocsp-request.ts';
import {
  checkOcspResponse,
  type OcspQuestion,
  type OcspVerdict,
} from '../../../connectors/jpki/ocsp-response.ts';
import {
  type CertificateTemplate,
  keyIdentifier,
  signCertificate,
} from '../../../idp/demo/authority/certificate-template.ts';
import type { KeyPair } from '../../../idp/demo/authority/certification-authority.ts';
import { ocspResponderTemplate } from '../../../idp/demo/authority/jpki-certificates.ts';
import {
  type OcspResponseTemplate,
  ocspNonce,
  type SingleResponse,
  signOcspResponse,
} from '../../../idp/demo/authority/ocsp-response.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';

export const minuteMs = 60_000;
export const nonce = Buffer.alloc(32, 7);

/** What is different from a good answer; the signature always fits. */
export interface Answer extends Partial<Omit<OcspResponseTemplate, 'responses'>> {
  readonly single?: Partial<SingleResponse>;
  /** What is said once more about the same certificate, differently. */
  readonly again?: Partial<SingleResponse>;
  readonly signer?: KeyPair;
}

/** A certificate that is asked about, and answers about it. */
export interface AnswerWorld {
  readonly pki: TestPki;
  readonly serialNumber: string;
  /** CertID as the request has it. */
  readonly certIdDer: Uint8Array;
  question(digest?: 'sha1' | 'sha256'): OcspQuestion & { readonly nonce: Uint8Array };
  answer(change?: Answer): Uint8Array;
  judge(response: Uint8Array, change?: Partial<OcspQuestion>): OcspVerdict;
  /** A responder's certificate for the holder's key. */
  delegate(order?: Delegation): Uint8Array;
}

export interface Delegation {
  readonly publicKey?: KeyPair['publicKey'];
  readonly notAfter?: number;
  /** What the certificate says differently. */
  readonly change?: (template: CertificateTemplate) => Partial<CertificateTemplate>;
}

export async function openAnswerWorld(): Promise<AnswerWorld> {
  const pki = await createTestPki();
  const order = { publicKey: pki.holder.publicKey, notBefore: pki.now - minuteMs };
  const { certificate: der, serialNumber } = pki.newer.issueUserCertificate(order);
  const issuerDer = pki.newer.certificate;
  const question = (digest: 'sha1' | 'sha256' = 'sha1') => ({
    certId: ocspCertId({ der, issuerDer }, digest),
    nonce,
    issuerDer,
  });
  const certIdDer = certIdIn(encodeOcspRequest(question().certId, nonce));
  return {
    pki,
    serialNumber,
    certIdDer,
    question,
    answer: (change = {}) => answerOf(pki, certIdDer, change),
    judge: (response, change = {}) => checkOcspResponse(response, { ...question(), ...change }, pki.now),
    delegate: (delegation = {}) => delegateOf(pki, delegation),
  };
}

/** CertID starts with its AlgorithmIdentifier: two headers before the object identifier of SHA-1. */
function certIdIn(request: Uint8Array): Uint8Array {
  const start = Buffer.from(request).indexOf('06052b0e03021a', undefined, 'hex') - 4;
  return request.subarray(start, start + 2 + (request[start + 1] ?? 0));
}

function answerOf(pki: TestPki, certId: Uint8Array, change: Answer): Uint8Array {
  const { single, again, signer = pki.newer.keyPair, ...rest } = change;
  const response: SingleResponse = {
    certId,
    status: { status: 'good' },
    thisUpdate: pki.now - minuteMs,
    nextUpdate: pki.now + minuteMs,
    ...single,
  };
  const template: OcspResponseTemplate = {
    responderKeyId: keyIdentifier(signer.publicKey),
    producedAt: pki.now,
    extensions: [ocspNonce(nonce)],
    ...rest,
    responses: again === undefined ? [response] : [response, { ...response, ...again }],
  };
  return signOcspResponse(template, signer.privateKey);
}

function delegateOf(pki: TestPki, delegation: Delegation): Uint8Array {
  const { change = () => ({}), ...rest } = delegation;
  const order = {
    publicKey: pki.holder.publicKey,
    notBefore: pki.now - minuteMs,
    notAfter: pki.now + minuteMs,
  };
  const template = ocspResponderTemplate(pki.newer.nextEntity({ ...order, ...rest }));
  return signCertificate({ ...template, ...change(template) }, pki.newer.keyPair.privateKey);
}

/** Extensions with one left out. */
export const without =
  (oid: string) =>
  ({ extensions }: Pick<CertificateTemplate, 'extensions'>): Pick<CertificateTemplate, 'extensions'> => ({
    extensions: extensions.filter((extension) => extension.oid !== oid),
  });
