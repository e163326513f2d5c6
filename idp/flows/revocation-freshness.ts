import type { CardFacts, RevocationScope } from '../domain/card.ts';
import type { Instant } from '../domain/instant.ts';
import type { AppliedList } from '../domain/revocation.ts';
import type { SystemRecord } from '../ports/system-record.ts';

/** When each scope was last spoken for by a whole, verified list: a few hundred entries, asked on every sign-in. */
export class RevocationFreshness {
  readonly #thisUpdateOf = new Map<string, Instant>();

  async reload(record: Pick<SystemRecord, 'appliedLists'>): Promise<void> {
    const lists = await record.appliedLists.list();
    this.#thisUpdateOf.clear();
    for (const list of lists) this.note(list);
  }

  note(list: AppliedList): void {
    this.#thisUpdateOf.set(nameOf(list), list.thisUpdate);
  }

  /** The newest moment for which a list or OCSP spoke for this card; `undefined`: nobody ever did. */
  knownAt({ revocationScope, ocspGoodAt }: CardFacts): Instant | undefined {
    const listed = revocationScope && this.#thisUpdateOf.get(nameOf(revocationScope));
    if (listed === undefined) return ocspGoodAt;
    return ocspGoodAt === undefined ? listed : Math.max(listed, ocspGoodAt);
  }
}

function nameOf({ issuerKeyId, distributionPoint }: RevocationScope): string {
  return `${issuerKeyId} ${distributionPoint}`;
}
