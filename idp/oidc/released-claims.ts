import type { Client, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { OidcSettings } from '../domain/oidc-settings.ts';
import type { Person } from '../domain/person.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import { settingsOf } from './client-settings.ts';

/** Under this name the library knows a client's own identifier of a person; the client chose the name that it sees. */
export const clientIdentifierClaim = 'client_identifier';

/** The groups of a person that a client learns. */
export function releasedGroups(
  { groups }: Pick<Person, 'groups'>,
  settings: OidcSettings,
): readonly string[] {
  const { groups: released } = settings;
  if (released === 'all') return groups;
  const { names, prefixes } = released;
  return groups.filter(
    (group) => names.includes(group) || prefixes.some((prefix) => group.startsWith(prefix)),
  );
}

type Claims = { readonly [name: string]: unknown };

/** Not in the library's types: what userinfo and ID tokens are made by. */
interface ClaimsClass {
  prototype: { client: Client; result(): Promise<Claims> };
}
interface IdTokenClass {
  prototype: { client: Client; ctx?: KoaContextWithOIDC; scope?: string; payload(): Promise<Claims> };
}

/**
 * Makes userinfo and ID tokens as each client's settings have them: its own identifier under the name that it chose, and
 * the claims of its scopes in the ID token where it wants them there. The library knows one name and one place for all.
 */
export function releaseAsSettled(provider: Provider, clients: KnownClients): void {
  const claims = (provider.Claims as unknown as ClaimsClass).prototype;
  const idToken = (provider.IdToken as unknown as IdTokenClass).prototype;
  const { result } = claims;
  claims.result = async function named(this: typeof claims) {
    const { [clientIdentifierClaim]: identifier, ...others } = await result.call(this);
    if (identifier === undefined) return others;
    return { ...others, [settingsOf(clients, this.client).identifierClaim]: identifier };
  };
  const { payload } = idToken;
  idToken.payload = function complete(this: typeof idToken) {
    // Without a request it is a logout token, which says who and nothing else.
    const granted = this.ctx?.oidc.entities.AccessToken?.scope;
    const complete = granted !== undefined && settingsOf(clients, this.client).claimsInIdToken;
    if (complete) this.scope = granted;
    return payload.call(this);
  };
}
