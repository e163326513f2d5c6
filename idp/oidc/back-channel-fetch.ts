import type { Configuration } from 'oidc-provider';
import type { KnownClients } from '../flows/known-clients.ts';

/** How the library asks others; it only ever posts logout tokens. */
export type BackChannelFetch = NonNullable<Configuration['fetch']>;

const answerWithinMs = 5_000;

/**
 * Posts a logout token to exactly the address that an administrator noted for a client, and nowhere else. The library
 * keeps away from private addresses; these are where an organisation's own systems live, so here the noted list counts.
 * @param signal breaks off what is under way.
 * @see OpenID Connect Back-Channel Logout 1.0 §2.5
 */
export function backChannelFetch(
  clients: Pick<KnownClients, 'isBackchannelLogoutUri'>,
  signal?: AbortSignal,
): BackChannelFetch {
  return async (url, { method, headers, body } = {}) => {
    if (!clients.isBackchannelLogoutUri(String(url))) throw new TypeError('not the address of a client');
    const late = AbortSignal.timeout(answerWithinMs);
    const response = await fetch(url, {
      method: method ?? 'POST',
      body: body ?? null,
      headers: headers ?? {},
      // Somewhere else is not what the administrator noted.
      redirect: 'manual',
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
    });
    // What a client says beside the status is of no interest, and unread it would hold the connection.
    await response.body?.cancel();
    return response;
  };
}
