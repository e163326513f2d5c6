import { randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { Fault } from '../domain/fault.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import type { LogoutNotice, LogoutNotifier, NoticeOutcome } from '../ports/sessions.ts';
import type { SigningKeys } from '../ports/signing-keys.ts';
import type { Subjects } from '../ports/subjects.ts';
import { type AdapterParts, adapterFactory } from './adapter.ts';
import { backChannelFetch } from './back-channel-fetch.ts';
import { logoutMetadata } from './client-metadata.ts';
import { signing } from './signing.ts';
import { subjectTypes } from './subjects.ts';

/** What a logout token is made and addressed by. */
export interface LogoutNotifierParts extends AdapterParts {
  readonly issuer: string;
  /** Those of the ID tokens. */
  readonly signingKeys: SigningKeys;
  /** Clients are told of people by the subjects they know. */
  readonly subjects: Subjects;
  readonly clients: KnownClients;
}

/**
 * Signs and posts logout tokens with the library's own words. An instance apart from the one that serves people: the
 * command line tells clients too, where no server runs.
 * @see OpenID Connect Back-Channel Logout 1.0 §2.4
 */
export function createLogoutNotifier(parts: LogoutNotifierParts): LogoutNotifier {
  const closing = new AbortController();
  const build = () => providerOf(parts, closing.signal);
  let provider = build();
  // The library takes its keys when it is made.
  parts.signingKeys.onChange(() => {
    provider = build();
  });
  return {
    notify: (notice) => notify(provider, notice),
    close: () => closing.abort(),
  };
}

function providerOf(parts: LogoutNotifierParts, closing: AbortSignal): Provider {
  return new Provider(parts.issuer, {
    adapter: adapterFactory({ ...parts, metadata: logoutMetadata }),
    ...signing(parts.signingKeys),
    ...subjectTypes(parts.subjects),
    // It serves nobody: nothing is ever signed with these.
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    fetch: backChannelFetch(parts.clients, closing),
    features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: false } },
  });
}

/** Not in the library's types: signs a logout token for the client and posts it. */
interface BackChannelClient {
  backchannelLogout(sub: string, sid: string | undefined): Promise<void>;
}

/** @see OpenID Connect Back-Channel Logout 1.0 §2.8 for what a client answers */
async function notify(provider: Provider, { clientId, sub, sid }: LogoutNotice): Promise<NoticeOutcome> {
  const client = await provider.Client.find(clientId);
  if (client?.backchannelLogoutUri === undefined) return 'not-wanted';
  if (client.backchannelLogoutSessionRequired === true && sid === undefined) return 'not-wanted';
  try {
    // The library leaves `sid` out where the client does not ask for it.
    await (client as unknown as BackChannelClient).backchannelLogout(sub, sid);
    return 'delivered';
  } catch (error) {
    if (isRefusal(error)) return 'refused';
    throw new Fault('ERR_CLIENT_UNREACHABLE', 'A client does not take its logout token.', error);
  }
}

/** The client understood, and cannot; trouble of its own (5xx, too many requests) and redirects count as no answer. */
function isRefusal(error: unknown): boolean {
  const { response } = error as { readonly response?: { readonly status?: number } };
  const status = response?.status ?? 0;
  return status >= 400 && status < 500 && status !== 429 && status !== 408;
}
