import { randomBytes } from 'node:crypto';

/** Where a paged search goes on: after this entry of this part of the tree. */
export interface Cursor {
  readonly part: 'containers' | 'people' | 'groups';
  readonly after: string | undefined;
}

export const firstCursor: Cursor = { part: 'containers', after: undefined };

const maxOpenSearches = 8;

/**
 * The open paged searches of one connection. A cookie names a position, not a copy of the directory, and
 * only goes on with the search that it came from.
 * @see RFC 2696
 */
export class PageStore {
  readonly #open = new Map<string, { readonly search: string; readonly cursor: Cursor }>();

  keep(search: string, cursor: Cursor): string {
    if (this.#open.size >= maxOpenSearches) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.#open.delete(oldest);
    }
    const cookie = randomBytes(12).toString('hex');
    this.#open.set(cookie, { search, cursor });
    return cookie;
  }

  clear(): void {
    this.#open.clear();
  }

  /** Takes a cookie in; it is good once. */
  redeem(search: string, cookie: string): Cursor | undefined {
    const found = this.#open.get(cookie);
    this.#open.delete(cookie);
    return found?.search === search ? found.cursor : undefined;
  }
}
