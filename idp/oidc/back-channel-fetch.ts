import type { Configuration } from 'oidc-provider';
import type { KnownClients } from '../flows/known-clients.ts';

/** How the library asks others: it posts logout tokens, and reads the keys of clients. */
export type BackChannelFetch = NonNullable<Configuration['fetch']>;

const answerWithinMs = 5_000;

/**
 * Goes to exactly the addresses that an administrator noted for clients, each for its purpose, and nowhere else. The library
 * keeps away from private addresses; these are where an organisation's own systems live, so here the noted list counts.
 * @param signal breaks off what is under way.
 * @see OpenID Connect Back-Channel Logout 1.0 §2.5; RFC 7591 §2 (`jwks_uri`)
 */
export function backChannelFetch(
  clients: Pick<KnownClients, 'isBackchannelLogoutUri' | 'isJwksUri'>,
  signal?: AbortSignal,
): BackChannelFetch {
  return async (url, { method = 'GET', headers, body } = {}) => {
    const reading = method === 'GET';
    const noted = reading ? clients.isJwksUri(String(url)) : clients.isBackchannelLogoutUri(String(url));
    if (!noted) throw new TypeError('not the address of a client');
    const late = AbortSignal.timeout(answerWithinMs);
    const response = await fetch(url, {
      method,
      body: body ?? null,
      headers: headers ?? {},
      // Somewhere else is not what the administrator noted.
      redirect: 'manual',
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    });
    if (reading) return response;
    // What a client says beside the status is of no interest, and unread it would hold the connection.
    await response.body?.cancel();
    return response;
  };
}
