import { hash, randomBytes } from 'node:crypto';
import { Fault } from '../../idp/domain/fault.ts';
import type { Instant } from '../../idp/domain/instant.ts';
import type { OcspAnswer, OcspClient, VerifiedCertificate } from '../../idp/ports/jpki.ts';
import { requestBounded } from './bounded-http.ts';
import type { NocheckPolicy } from './ocsp-delegate.ts';
import { type OcspMethod, ocspExchange } from './ocsp-exchange.ts';
import { type CertIdDigest, encodeOcspRequest, ocspCertId } from './ocsp-request.ts';
import { checkOcspResponse, type NoncePolicy, type OcspVerdict } from './ocsp-response.ts';

export interface OcspClientOptions {
  /** Asked instead of the address in the certificate; empty: that address. */
  readonly url?: string;
  /** `host` or `host:port` that addresses in certificates may name; none unless said. */
  readonly allowedHosts?: readonly string[];
  /** For one attempt; there are two at most. `ocspTimeoutSeconds` unless said otherwise. */
  readonly timeoutSeconds?: number;
  /** The hash in the certID; every responder knows SHA-1, which names here and protects nothing. @see RFC 5019 §2.1.1 */
  readonly certIdDigest?: CertIdDigest;
  /** `post` unless said otherwise. */
  readonly method?: OcspMethod;
  /** `preferred` unless said otherwise. */
  readonly nonce?: NoncePolicy;
  /** `required` unless said otherwise. */
  readonly nocheck?: NocheckPolicy;
  /** `http://[user:password@]host:port` on the way; empty: none. */
  readonly httpProxy?: string;
}

/** Twice this is less than a request may take: otherwise whoever waits is told of the record and not of the responder. */
export const ocspTimeoutSeconds = 4;
const maxOctets = 64 * 1024;
const nonceOctets = 32;

/**
 * Asks the responder of each certificate, now, and never a cache; once more when there was no answer.
 * @see RFC 6960
 */
export function createOcspClient(options: OcspClientOptions = {}): OcspClient {
  return {
    async status(certificate, now) {
      const url = responderUrl(certificate, options);
      const asked = await ask(url, certificate, options, now).catch((error: unknown) => {
        if (error instanceof Fault) return undefined;
        throw error;
      });
      const { verdict } = asked ?? {};
      const again =
        verdict === undefined || (verdict.outcome === 'refused' && verdict.reason === 'try-later');
      return answerOrFault(
        url,
        again || asked === undefined ? await ask(url, certificate, options, now) : asked,
      );
    },
  };
}

async function ask(
  responder: URL,
  certificate: VerifiedCertificate,
  options: OcspClientOptions,
  now: Instant,
): Promise<Asked> {
  const { method = 'post', nonce: policy = 'preferred', nocheck = 'required', httpProxy } = options;
  const certId = ocspCertId(certificate, options.certIdDigest ?? 'sha1');
  const nonce = policy === 'off' ? undefined : randomBytes(nonceOctets);
  const { url, exchange } = ocspExchange(responder, encodeOcspRequest(certId, nonce), method);
  const response = await requestBounded(
    url,
    exchange,
    {
      timeoutSeconds: options.timeoutSeconds ?? ocspTimeoutSeconds,
      maxOctets,
      faultCode: 'ERR_OCSP_UNAVAILABLE',
    },
    httpProxy ? { proxy: httpProxy } : {},
  );
  const asked = { certId, issuerDer: certificate.issuerDer, nocheck, nonceRequired: policy === 'required' };
  const question = nonce === undefined ? asked : { ...asked, nonce };
  return { verdict: checkOcspResponse(response, question, now), response };
}

interface Asked {
  readonly verdict: OcspVerdict;
  readonly response: Uint8Array;
}

function answerOrFault(url: URL, { verdict, response }: Asked): OcspAnswer {
  if (verdict.outcome === 'answered') {
    const { answer, producedAt, boreNonce } = verdict;
    const sha256 = hash('sha256', response, 'hex');
    return { ...answer, evidence: { responder: url.host, producedAt, boreNonce, response, sha256 } };
  }
  throw new Fault('ERR_OCSP_UNAVAILABLE', `The answer of ${url.host} cannot be used: ${verdict.reason}`);
}

/** A certificate may only send us where the operator agreed that we go. */
function responderUrl(certificate: VerifiedCertificate, options: OcspClientOptions): URL {
  const configured = options.url !== undefined && options.url !== '';
  const text = configured ? options.url : certificate.ocspUrl;
  const url = text === undefined ? null : URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new Fault(
      'ERR_OCSP_UNAVAILABLE',
      'There is no OCSP address: neither configured nor in the certificate.',
    );
  }
  if (!configured && !options.allowedHosts?.includes(url.host)) {
    throw new Fault('ERR_OCSP_UNAVAILABLE', `The OCSP address ${url.host} is not among the allowed hosts.`);
  }
  return url;
}
