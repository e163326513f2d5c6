import type { HttpExchange } from './bounded-http.ts';

/** How requests are sent. `get` lets a cache on the way answer, so a cache is told not to. */
export type OcspMethod = 'post' | 'get';

/** A longer address may not get through everywhere. @see RFC 6960 §A.1 */
const longestAddress = 254;

/**
 * One request over HTTP: by POST, or where that is wished and short enough by GET.
 * @param request OCSPRequest in DER
 * @see RFC 6960 §A.1
 * @see RFC 5019 §5
 */
export function ocspExchange(
  responder: URL,
  request: Uint8Array,
  method: OcspMethod,
): { readonly url: URL; readonly exchange: HttpExchange } {
  const headers = { Accept: 'application/ocsp-response' };
  const url = method === 'get' ? addressOf(responder, request) : undefined;
  if (url !== undefined) return { url, exchange: { headers: { ...headers, 'Cache-Control': 'no-cache' } } };
  const posted = { ...headers, 'Content-Type': 'application/ocsp-request' };
  return { url: responder, exchange: { method: 'POST', headers: posted, body: request } };
}

/** @returns `undefined` when it would be too long, or when there is a query, behind which nothing can be put. */
function addressOf(responder: URL, request: Uint8Array): URL | undefined {
  if (responder.search !== '') return undefined;
  const url = new URL(responder);
  const encoded = encodeURIComponent(Buffer.from(request).toString('base64'));
  url.pathname = `${responder.pathname.replace(/\/$/, '')}/${encoded}`;
  return url.href.length <= longestAddress ? url : undefined;
}
