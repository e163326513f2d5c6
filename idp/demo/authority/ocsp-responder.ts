import { createHash, type KeyObject } from 'node:crypto';
import { OCSPRequest, type Request } from 'pkijs';
import { keyIdentifier } from './certificate-template.ts';
import type { CertificationAuthority } from './certification-authority.ts';
import { encodeName } from './names.ts';
import {
  ocspNonce,
  ocspRefusal,
  ocspRefusals,
  type SingleResponse,
  signOcspResponse,
} from './ocsp-response.ts';

export interface OcspResponderOptions {
  /** The generations it speaks for. */
  readonly authorities: readonly CertificationAuthority[];
  readonly now: () => number;
  /** A delegated responder's certificate and key; the authority's own key signs unless given. */
  readonly delegate?: {
    readonly certificate: Uint8Array;
    readonly privateKey: KeyObject;
    readonly publicKey: KeyObject;
  };
  /** How long an answer holds; 15 minutes, as JPKI refreshes, unless said otherwise. */
  readonly validitySeconds?: number;
}

/** DER request → DER response. */
export type OcspHandler = (request: Uint8Array) => Promise<Uint8Array>;

const nonceOid = '1.3.6.1.5.5.7.48.1.2';
const digestOf: { readonly [oid: string]: string } = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
};

/** Answers for every generation it is given: good, revoked or unknown, with the request's nonce. @see RFC 6960 */
export function createOcspResponder(options: OcspResponderOptions): OcspHandler {
  return async (request) => {
    const parsed = parseRequest(request);
    if (parsed === undefined) return ocspRefusal(ocspRefusals.malformedRequest);
    const authority = options.authorities.find((one) => parsed.requests.every((asked) => isFor(asked, one)));
    if (authority === undefined) return ocspRefusal(ocspRefusals.unauthorized);
    return answer(options, authority, parsed.requests, parsed.nonce);
  };
}

interface ParsedRequest {
  readonly requests: readonly Request[];
  readonly nonce: Uint8Array | undefined;
}

function parseRequest(der: Uint8Array): ParsedRequest | undefined {
  try {
    const { tbsRequest } = OCSPRequest.fromBER(new Uint8Array(der));
    const extension = tbsRequest.requestExtensions?.find(({ extnID }) => extnID === nonceOid);
    // extnValue holds OCTET STRING { nonce }: two octets of header for nonces of up to 127 octets.
    const nonce = extension && new Uint8Array(extension.extnValue.valueBlock.valueHexView.subarray(2));
    return tbsRequest.requestList.length === 0 ? undefined : { requests: tbsRequest.requestList, nonce };
  } catch {
    return undefined;
  }
}

function isFor({ reqCert }: Request, authority: CertificationAuthority): boolean {
  const digest = digestOf[reqCert.hashAlgorithm.algorithmId];
  if (digest === undefined) return false;
  const nameHash = createHash(digest).update(encodeName(authority.name)).digest();
  return (
    nameHash.equals(reqCert.issuerNameHash.valueBlock.valueHexView) &&
    authority.keyHash(digest).equals(reqCert.issuerKeyHash.valueBlock.valueHexView)
  );
}

function answer(
  options: OcspResponderOptions,
  authority: CertificationAuthority,
  requests: readonly Request[],
  nonce: Uint8Array | undefined,
): Uint8Array {
  const now = options.now();
  const signer = options.delegate ?? authority.keyPair;
  const responses = requests.map(({ reqCert }): SingleResponse => {
    const serialNumber = Buffer.from(reqCert.serialNumber.valueBlock.valueHexView).toString('hex');
    return {
      certId: new Uint8Array(reqCert.toSchema().toBER()),
      status: authority.statusOf(serialNumber.replace(/^(00)+(?=..)/, '')),
      thisUpdate: now,
      nextUpdate: now + (options.validitySeconds ?? 900) * 1000,
    };
  });
  const template = {
    responderKeyId: keyIdentifier(signer.publicKey),
    producedAt: now,
    responses,
    extensions: nonce === undefined ? [] : [ocspNonce(nonce)],
    ...(options.delegate === undefined ? {} : { certificate: options.delegate.certificate }),
  };
  return signOcspResponse(template, signer.privateKey);
}
