import type { AdapterPayload } from 'oidc-provider';
import type { OidcSettings } from '../domain/oidc-settings.ts';
import type { OidcClient } from '../ports/clients.ts';
import { subjectProperty } from './client-security.ts';
import { cibaMetadata } from './device-grants.ts';
import { subjectMetadata } from './subjects.ts';

/**
 * A client of the record in the words of the library.
 * @see OpenID Connect Dynamic Client Registration §2
 */
export function clientMetadata(client: OidcClient, clientSecret: string | undefined): AdapterPayload {
  const { settings } = client;
  return {
    ...identityOf(client),
    ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
    // A native application's loopback address has whatever port was free (RFC 8252 §7.3); nobody else's has.
    application_type: settings.preset === 'native' ? 'native' : 'web',
    grant_types: [...settings.grants],
    ...cibaMetadata(settings),
    response_types: settings.grants.includes('authorization_code') ? ['code'] : [],
    token_endpoint_auth_method: settings.authentication,
    require_pushed_authorization_requests: settings.demandsPushedRequests,
    require_signed_request_object: settings.demandsSignedRequests,
    dpop_bound_access_tokens: settings.senderConstraint === 'dpop',
    tls_client_certificate_bound_access_tokens: settings.senderConstraint === 'mtls',
    ...(settings.certificateSubject && {
      [subjectProperty(settings.certificateSubject.name)]: settings.certificateSubject.value,
    }),
    ...scopeOf(settings),
    post_logout_redirect_uris: [...settings.postLogoutRedirectUris],
    ...keysOf(settings),
  };
}

/** What signs and addresses a logout token, and no more: whoever sends those serves nobody else. */
export function logoutMetadata(client: OidcClient): AdapterPayload {
  return {
    ...identityOf(client),
    token_endpoint_auth_method: 'none',
    grant_types: [],
    response_types: [],
  };
}

function identityOf(client: OidcClient): AdapterPayload {
  const { name, policy, redirectUris, backchannelLogout, settings } = client;
  return {
    client_id: policy.clientId,
    client_name: name,
    redirect_uris: [...redirectUris],
    id_token_signed_response_alg: settings.idTokenAlg,
    ...subjectMetadata(client),
    ...(backchannelLogout && {
      backchannel_logout_uri: backchannelLogout.uri,
      backchannel_logout_session_required: backchannelLogout.sessionRequired,
    }),
  };
}

/** What it may ask for at all; of scopes that release nothing here the library must not hear. */
function scopeOf({ scopes }: OidcSettings): AdapterPayload {
  if (scopes === 'any') return {};
  return { scope: ['openid', 'offline_access', ...scopes].join(' ') };
}

function keysOf({ keys }: OidcSettings): AdapterPayload {
  if (keys === undefined) return {};
  return keys.from === 'uri'
    ? { jwks_uri: keys.uri }
    : { jwks: { keys: keys.keys.map((key) => ({ ...key })) } };
}
