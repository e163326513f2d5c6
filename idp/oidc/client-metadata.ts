import type { AdapterPayload } from 'oidc-provider';
import type { OidcClient } from '../ports/clients.ts';

/**
 * A client of the record in the words of the library.
 * @see OpenID Connect Dynamic Client Registration §2
 */
export function clientMetadata(client: OidcClient, clientSecret: string): AdapterPayload {
  return {
    client_id: client.policy.clientId,
    client_name: client.name,
    client_secret: clientSecret,
    redirect_uris: [...client.redirectUris],
    // The library refuses http://localhost for web clients; the record took the URI only over https or on loopback.
    application_type: client.redirectUris.every((uri) => uri.startsWith('http:')) ? 'native' : 'web',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
    ...(client.backchannelLogout && {
      backchannel_logout_uri: client.backchannelLogout.uri,
      backchannel_logout_session_required: client.backchannelLogout.sessionRequired,
    }),
  };
}
