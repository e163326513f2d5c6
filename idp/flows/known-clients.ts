import type { Client } from '../ports/clients.ts';
import type { SystemRecord } from '../ports/system-record.ts';

/** The clients of the record at hand: asked on every operation of every protocol, changed a few times a year. */
export class KnownClients {
  readonly #byIdOrName = new Map<string, Client>();

  /** Reads them anew; called at the start and by every flow that changes a client, before it reports done. */
  async reload(record: Pick<SystemRecord, 'clients'>): Promise<void> {
    const clients = await record.clients.list();
    this.#byIdOrName.clear();
    for (const client of clients) {
      this.#byIdOrName.set(client.name.toLowerCase(), client);
      this.#byIdOrName.set(client.policy.clientId, client);
    }
  }

  /** Names as DNs compare them: without regard to case. */
  find(idOrName: string): Client | undefined {
    return this.#byIdOrName.get(idOrName.toLowerCase());
  }
}
