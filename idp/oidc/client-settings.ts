import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import type { OidcSettings } from '../domain/oidc-settings.ts';
import { presetSettings } from '../domain/oidc-settings.ts';
import type { KnownClients } from '../flows/known-clients.ts';

/** What the record says of a client that the library names. */
export function settingsOf(
  clients: Pick<KnownClients, 'find'>,
  client: Pick<Client, 'clientId'> | undefined,
): OidcSettings {
  const found = client === undefined ? undefined : clients.find(client.clientId);
  // A client that was taken away this very moment gets nothing any more; what is left of its request may end as usual.
  return found?.protocol === 'oidc' ? found.settings : presetSettings('web');
}

/** The same for the client of a request. */
export function settingsOfRequest(
  clients: Pick<KnownClients, 'find'>,
  { oidc }: KoaContextWithOIDC,
): OidcSettings {
  return settingsOf(clients, oidc.client);
}
