import type { Client, LdapClient, OidcClient } from '../ports/clients.ts';
import type { SystemRecord } from '../ports/system-record.ts';

/** The clients of the record at hand: asked on every operation of every protocol, changed a few times a year. */
export class KnownClients {
  readonly #byIdOrName = new Map<string, Client>();
  readonly #byCertificate = new Map<string, LdapClient>();
  readonly #backchannelLogoutUris = new Set<string>();
  readonly #jwksUris = new Set<string>();
  #readings = 0;
  #tell: () => void = () => {};
  #devices: readonly LdapClient[] = [];
  #own: OidcClient | undefined;

  /** A client that no record holds: our own pages. */
  keepOwn(own: OidcClient): void {
    this.#own = own;
    this.#byIdOrName.set(own.policy.clientId, own);
  }

  /** Reads them anew; called at the start and by every flow that changes a client, before it reports done. */
  async reload(record: Pick<SystemRecord, 'clients'>): Promise<void> {
    this.replace(await record.clients.list());
  }

  /** Who hears, before the change is reported done, that they may be others now. */
  onChange(tell: () => void): void {
    this.#tell = tell;
  }

  /** These are the clients from now on. */
  replace(clients: readonly Client[]): void {
    this.#readings += 1;
    this.#byIdOrName.clear();
    this.#byCertificate.clear();
    this.#backchannelLogoutUris.clear();
    this.#jwksUris.clear();
    this.#devices = clients.filter((client) => client.protocol === 'ldap');
    for (const client of clients) {
      this.#byIdOrName.set(client.name.toLowerCase(), client);
      this.#byIdOrName.set(client.policy.clientId, client);
      if (client.protocol === 'ldap') {
        for (const sha256 of client.certificateSha256s) this.#byCertificate.set(sha256, client);
      }
      if (client.protocol === 'oidc') this.#noteAddresses(client);
    }
    if (this.#own !== undefined) this.keepOwn(this.#own);
    this.#tell();
  }

  /** Rises whenever a client may have changed: who keeps something of one compares it. */
  get readings(): number {
    return this.#readings;
  }

  #noteAddresses({ backchannelLogout, settings: { keys } }: OidcClient): void {
    if (backchannelLogout !== undefined) {
      this.#backchannelLogoutUris.add(new URL(backchannelLogout.uri).href);
    }
    if (keys?.from === 'uri') this.#jwksUris.add(new URL(keys.uri).href);
  }

  /** Whether an administrator noted this very address as that of a client's keys: none are read from anywhere else. */
  isJwksUri(uri: string): boolean {
    return this.#jwksUris.has(uri);
  }

  /** Whether an administrator noted this very address for a client: nothing is posted anywhere else. */
  isBackchannelLogoutUri(uri: string): boolean {
    return this.#backchannelLogoutUris.has(uri);
  }

  /** Names as DNs compare them: without regard to case. */
  find(idOrName: string): Client | undefined {
    return this.#byIdOrName.get(idOrName) ?? this.#byIdOrName.get(idOrName.toLowerCase());
  }

  /** Every device account. */
  devices(): readonly LdapClient[] {
    return this.#devices;
  }

  /** The device account that a TLS client certificate was noted for. @param sha256 of the certificate, in hex */
  findByCertificate(sha256: string): LdapClient | undefined {
    return this.#byCertificate.get(sha256);
  }
}
