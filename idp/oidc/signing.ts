import type { Configuration } from 'oidc-provider';
import { signingAlgorithms } from '../domain/signing-key.ts';
import type { SigningKeys } from '../ports/signing-keys.ts';

/**
 * What the library signs with. Of the algorithms it offers those that have a key; `none` and HS256 are none of them.
 * @see OpenID Connect Core §10.1
 */
export function signing(
  keys: Pick<SigningKeys, 'jwks'>,
): Pick<Configuration, 'jwks' | 'clientDefaults' | 'enabledJWA'> {
  return {
    jwks: { keys: keys.jwks().map((jwk) => ({ ...jwk })) },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: {
      idTokenSigningAlgValues: [...signingAlgorithms],
      userinfoSigningAlgValues: [...signingAlgorithms],
    },
  };
}
