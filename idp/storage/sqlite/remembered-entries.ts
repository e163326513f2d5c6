import type { Instant } from '../../domain/instant.ts';
import type { EntryName } from '../oidc-entry.ts';

/** An entry as it was written last: nobody but this process writes. */
export interface RememberedEntry {
  /** JSON of the whole entry: whoever gets it may change what he makes of it. */
  readonly text: string;
  readonly expiresAt?: Instant;
  readonly uid: EntryName | undefined;
}

/** Some ten megabytes; a sign-in asks for the same few entries again and again within seconds. */
const mostEntries = 4_096;

/** What was written of late, so that it need not be read, opened and parsed anew at each step of a sign-in. */
export class RememberedEntries {
  readonly #entries = new Map<EntryName, RememberedEntry>();
  readonly #names = new Map<EntryName, EntryName>();

  get(name: EntryName): RememberedEntry | undefined {
    return this.#entries.get(name);
  }

  getByUid(uid: EntryName): RememberedEntry | undefined {
    const name = this.#names.get(uid);
    return name && this.#entries.get(name);
  }

  set(name: EntryName, entry: RememberedEntry): void {
    this.forget(name);
    this.#entries.set(name, entry);
    if (entry.uid !== undefined) this.#names.set(entry.uid, name);
    if (this.#entries.size <= mostEntries) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.forget(oldest);
  }

  forget(name: EntryName): void {
    const uid = this.#entries.get(name)?.uid;
    this.#entries.delete(name);
    if (uid !== undefined && this.#names.get(uid) === name) this.#names.delete(uid);
  }

  forgetAll(): void {
    this.#entries.clear();
    this.#names.clear();
  }
}
