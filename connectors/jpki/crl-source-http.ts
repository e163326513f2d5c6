import type { CrlSource } from '../../idp/ports/jpki.ts';
import { requestBounded } from './bounded-http.ts';
import { crlFileName } from './crl-file-name.ts';
import type { CrlLimits } from './crl-source.ts';

/**
 * Lists over HTTP: an address that ends in `/` has one file a distribution point (`crlFileName`), any other is one list.
 * @see RFC 5280 §4.2.1.13
 */
export function createHttpCrlSource(url: URL, limits: CrlLimits): CrlSource {
  const base = new URL(url.pathname + url.search, url.origin);
  return {
    // Without user and password, which the address may hold.
    name: `${url.origin}${url.pathname}`,
    async fetch(distributionPoint) {
      const file = encodeURIComponent(crlFileName(distributionPoint));
      const target = base.pathname.endsWith('/') ? new URL(file, base) : base;
      const init = { headers: credentialsOf(url) };
      return [await requestBounded(target, init, { ...limits, faultCode: 'ERR_CRL_SOURCE_UNAVAILABLE' })];
    },
  };
}

/** `fetch` refuses addresses with user and password: they go where HTTP wants them. @see RFC 7617 §2 */
function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
