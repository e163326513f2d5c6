import { createHash } from 'node:crypto';
import { Integer, Null, OctetString } from 'asn1js';
import { AlgorithmIdentifier, CertID, Certificate, Extension, OCSPRequest, Request, TBSRequest } from 'pkijs';
import type { VerifiedCertificate } from '../../idp/ports/jpki.ts';

export type CertIdDigest = 'sha1' | 'sha256';

const digestOids: { readonly [digest in CertIdDigest]: string } = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
};

/** id-pkix-ocsp-nonce */
export const nonceOid = '1.3.6.1.5.5.7.48.1.2';

/** What an answer must speak about. @see RFC 6960 §4.1.1 */
export interface OcspCertId {
  readonly digestOid: string;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** The content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
}

/** Names a certificate as OCSP does: by hashes of its issuer's name and key. */
export function ocspCertId(
  certificate: Pick<VerifiedCertificate, 'der' | 'issuerDer'>,
  digest: CertIdDigest,
): OcspCertId {
  const issuer = Certificate.fromBER(bufferOf(certificate.issuerDer));
  const { serialNumber } = Certificate.fromBER(bufferOf(certificate.der));
  const keyBits = issuer.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView;
  return {
    digestOid: digestOids[digest],
    issuerNameHash: createHash(digest).update(new Uint8Array(issuer.subject.valueBeforeDecode)).digest(),
    issuerKeyHash: createHash(digest).update(keyBits).digest(),
    serialNumber: serialNumber.valueBlock.valueHexView,
  };
}

/** pkijs keeps views on what it is given, and takes offsets for absolute: so it gets a buffer of its own. */
export const bufferOf = (octets: Uint8Array): ArrayBuffer => Uint8Array.from(octets).buffer;

/**
 * An unsigned request about one certificate.
 * @param nonce 32 octets, new for every request; none for a responder that fails on it. @see RFC 9654 §2.1
 */
export function encodeOcspRequest(certId: OcspCertId, nonce?: Uint8Array): Uint8Array<ArrayBuffer> {
  const reqCert = new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithmId: certId.digestOid, algorithmParams: new Null() }),
    issuerNameHash: new OctetString({ valueHex: bufferOf(certId.issuerNameHash) }),
    issuerKeyHash: new OctetString({ valueHex: bufferOf(certId.issuerKeyHash) }),
    serialNumber: new Integer({ valueHex: bufferOf(certId.serialNumber) }),
  });
  const tbsRequest = new TBSRequest({
    requestList: [new Request({ reqCert })],
    ...(nonce === undefined ? {} : { requestExtensions: [nonceExtension(nonce)] }),
  });
  return new Uint8Array(new OCSPRequest({ tbsRequest }).toSchema(true).toBER());
}

const nonceExtension = (nonce: Uint8Array): Extension =>
  new Extension({ extnID: nonceOid, extnValue: new OctetString({ valueHex: bufferOf(nonce) }).toBER() });
