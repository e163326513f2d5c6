import { EqualityFilter } from 'ldapts';
import { type DirectorySettings, timed, withDirectory } from './ldap-device.ts';

/** A document that waits for its owner to come to the printer. */
export interface HeldJob {
  readonly id: string;
  readonly ownerUid: string;
  readonly title: string;
  readonly titleEn: string;
  readonly pages: number;
}

/** What a card brought out. */
export type Release =
  | {
      readonly outcome: 'released';
      readonly uid: string;
      readonly name: string;
      readonly jobs: readonly HeldJob[];
    }
  /** The directory knows no such card: the printer is told no more than that. */
  | { readonly outcome: 'unknown' };

export interface PrintEvent {
  readonly operation: 'device-bound' | 'card-searched';
  readonly ms: number;
  readonly entries?: number;
}

/**
 * A multifunction printer in card mode: it reads a number with its own reader, binds as its device account and searches
 * for it. One entry is the login; no bind as the person follows.
 * @see RFC 4511 §4.5 (search)
 */
export class PrintStation {
  readonly #directory: DirectorySettings;
  readonly #observe: (event: PrintEvent) => void;
  readonly #jobs: HeldJob[];

  constructor(directory: DirectorySettings, jobs: readonly HeldJob[], observe: (event: PrintEvent) => void) {
    this.#directory = directory;
    this.#jobs = [...jobs];
    this.#observe = observe;
  }

  /** What waits for a person. */
  heldFor(uid: string): readonly HeldJob[] {
    return this.#jobs.filter(({ ownerUid }) => ownerUid === uid);
  }

  /** Puts a document into the queue. */
  hold(job: HeldJob): void {
    this.#jobs.push(job);
  }

  /** A card was held over the printer's reader. @param serialNumber in hex, as the printer's reader gives it. */
  async release(serialNumber: string): Promise<Release> {
    const { bindDN, password, baseDN } = this.#directory;
    const entry = await withDirectory(this.#directory, async (client) => {
      const bind = await timed(() => client.bind(bindDN, password));
      this.#observe({ operation: 'device-bound', ms: bind.ms });
      const filter = new EqualityFilter({ attribute: 'serialNumber', value: serialNumber });
      const options = { scope: 'sub', filter, attributes: ['uid', 'displayName'] } as const;
      const found = await timed(() =>
        client.search(`ou=people,${baseDN}`, { ...options, attributes: [...options.attributes] }),
      );
      const { searchEntries } = found.value;
      this.#observe({ operation: 'card-searched', ms: found.ms, entries: searchEntries.length });
      return searchEntries.length === 1 ? searchEntries[0] : undefined;
    });
    if (entry === undefined) return { outcome: 'unknown' };
    const uid = String(entry.uid);
    const jobs = this.heldFor(uid);
    for (const job of jobs) this.#jobs.splice(this.#jobs.indexOf(job), 1);
    return { outcome: 'released', uid, name: String(entry.displayName), jobs };
  }
}
