import { Fault } from '../../idp/domain/fault.ts';
import type { CrlSource } from '../../idp/ports/jpki.ts';
import { basicAuthorization } from './basic-authorization.ts';
import { requestBounded } from './bounded-http.ts';
import { crlFileName } from './crl-file-name.ts';
import type { CrlLimits, CrlSourceOptions } from './crl-source.ts';

/**
 * Lists over HTTP: an address that ends in `/` has one file a distribution point (`crlFileName`), any other is one list.
 * @see RFC 5280 §4.2.1.13
 */
export function createHttpCrlSource(url: URL, options: CrlLimits & CrlSourceOptions): CrlSource {
  const { timeoutSeconds, maxOctets, httpProxy, ca } = options;
  const base = new URL(url.pathname + url.search, url.origin);
  const authorization = basicAuthorization(url);
  const exchange = authorization === undefined ? {} : { headers: { Authorization: authorization } };
  const limits = { timeoutSeconds, maxOctets, faultCode: 'ERR_CRL_SOURCE_UNAVAILABLE' } as const;
  const route = { ...(httpProxy ? { proxy: httpProxy } : {}), ...(ca === undefined ? {} : { ca }) };
  return {
    // Without user and password, which the address may hold.
    name: `${url.origin}${url.pathname}`,
    async fetch(distributionPoint) {
      if (!base.pathname.endsWith('/')) return [await requestBounded(base, exchange, limits, route)];
      const file = crlFileName(distributionPoint);
      try {
        const target = new URL(encodeURIComponent(file), base);
        return [await requestBounded(target, exchange, limits, route)];
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        throw new Fault(error.code, `${error.message}; looked for “${file}”`, error.cause);
      }
    },
  };
}
