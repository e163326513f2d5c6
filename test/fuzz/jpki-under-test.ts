import { verify } from 'node:crypto';
import { expect } from 'vitest';
import { ocspCertId } from '../../connectors/jpki/ocsp-request.ts';
import { checkOcspResponse } from '../../connectors/jpki/ocsp-response.ts';
import type { SerialNumber } from '../../idp/domain/certificate-id.ts';
import { createCertificateVerifier } from '../../idp/jpki/certificate-verifier.ts';
import { createCrlReader } from '../../idp/jpki/crl/crl-reader.ts';
import { readTree, signedParts, writeTree } from '../support/der-tree.ts';
import { namedSerialNumber } from '../vectors/list-makers.ts';
import { askedNonce } from '../vectors/ocsp-answers.ts';
import { judgedAt, openVectorPki, pinnedAnchors } from '../vectors/pki.ts';
import { original } from './corpus.ts';

/** Of each kind. `npm test` takes the short run; a long one sets the number: `FUZZ_RUNS=333334`. */
export const runs = Number(process.env.FUZZ_RUNS ?? 2000);
export const seed = Number(process.env.FUZZ_SEED ?? 20261122);
export const limitMs = runs > 2000 ? 6 * 3_600_000 : 60_000;

export const pki = openVectorPki();
const trust = { anchors: pinnedAnchors(), allowTestAuthorities: true };
export const reader = createCrlReader(trust);
export const interest: ReadonlySet<SerialNumber> = new Set([namedSerialNumber, '0b000002'] as SerialNumber[]);
const issuerDer = original('anchors', 'newer-authority.der');
export const goodCertificate = original('certificate', 'accepted.newer-generation.der');
export const asked = {
  certId: ocspCertId({ der: goodCertificate, issuerDer }, 'sha1'),
  nonce: askedNonce,
  issuerDer,
};

/** A verifier that remembers nothing: what it found good before must not hide what it would find now. */
export const judgeCertificate = (der: Uint8Array) => createCertificateVerifier(trust).verify(der, judgedAt);
export const judgeList = (list: Uint8Array) => reader.read(list, interest, judgedAt);
export const judgeAnswer = (der: Uint8Array) => checkOcspResponse(der, asked, judgedAt);

/** An independent word on a signature: another reader of the structure, and node:crypto over what is signed. */
export function isSignedByAnAuthority(der: Uint8Array): boolean {
  const parts = signedParts(der);
  const sha256WithRsa = '2a864886f70d01010b';
  return (
    parts !== undefined &&
    parts.algorithm === sha256WithRsa &&
    trust.anchors.some(({ publicKey }) => verify('sha256', parts.toBeSigned, publicKey, parts.signature))
  );
}

/** The signed statement inside an OCSPResponse, whose signature holds by another reader and node:crypto. */
export function statementIn(response: Uint8Array) {
  // OCSPResponse { status, [0] { SEQUENCE { type, OCTET STRING { BasicOCSPResponse } } } }
  const basic = readTree(response)?.children?.[1]?.children?.[0]?.children?.[1]?.contents;
  const parts = basic && signedParts(basic);
  if (basic === undefined || parts === undefined) throw new Error('no statement');
  const delegate = readTree(parts.rest)?.children?.[0]?.children?.[0];
  const keys = [pki.newer.keyPair.publicKey, pki.key('another-holder').publicKey];
  const signer = keys.find((publicKey) => verify('sha256', parts.toBeSigned, publicKey, parts.signature));
  const isDelegated = delegate !== undefined && isSignedByAnAuthority(writeTree(delegate));
  expect(signer === keys[0] || (signer === keys[1] && isDelegated)).toBe(true);
  return parts;
}
