import type { Client, LdapClient } from '../ports/clients.ts';
import type { SystemRecord } from '../ports/system-record.ts';

/** The clients of the record at hand: asked on every operation of every protocol, changed a few times a year. */
export class KnownClients {
  readonly #byIdOrName = new Map<string, Client>();
  readonly #byCertificate = new Map<string, LdapClient>();
  readonly #backchannelLogoutUris = new Set<string>();
  #readings = 0;
  #tell: () => void = () => {};
  #devices: readonly LdapClient[] = [];

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
    this.#devices = clients.filter((client) => client.protocol === 'ldap');
    for (const client of clients) {
      this.#byIdOrName.set(client.name.toLowerCase(), client);
      this.#byIdOrName.set(client.policy.clientId, client);
      if (client.protocol === 'ldap') {
        for (const sha256 of client.certificateSha256s) this.#byCertificate.set(sha256, client);
      }
      const uri = client.protocol === 'oidc' ? client.backchannelLogout?.uri : undefined;
      if (uri !== undefined) this.#backchannelLogoutUris.add(new URL(uri).href);
    }
    this.#tell();
  }

  /** Rises whenever a client may have changed: who keeps something of one compares it. */
  get readings(): number {
    return this.#readings;
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
