import type { CardFacts, RevocationScope } from '../domain/card.ts';
import type { Instant } from '../domain/instant.ts';
import { type AppliedList, everyDistributionPoint } from '../domain/revocation.ts';
import type { FlowContext } from './context.ts';
import { asConfigured } from './judge-list.ts';

/** When each scope was last spoken for by a whole, verified list: a few hundred entries, asked on every sign-in. */
export class RevocationFreshness {
  readonly #thisUpdateOf = new Map<string, Instant>();
  #tell: () => void = () => {};

  /** Who hears, before the change is reported done, that a list counts from another moment. */
  onChange(tell: () => void): void {
    this.#tell = tell;
  }

  /** What is known, for another thread to go on from with `replace`. */
  all(): ReadonlyMap<string, Instant> {
    return this.#thisUpdateOf;
  }

  replace(all: ReadonlyMap<string, Instant>): void {
    this.#thisUpdateOf.clear();
    for (const [name, thisUpdate] of all) this.#thisUpdateOf.set(name, thisUpdate);
  }

  async reload({
    record,
    ...configured
  }: Pick<FlowContext, 'record' | 'crlWithoutDistributionPointCounts'>): Promise<void> {
    const lists = await record.appliedLists.list();
    this.#thisUpdateOf.clear();
    for (const list of lists) this.note(asConfigured(list, configured));
    this.#tell();
  }

  /** Never back: a list that is noted late, while its cards went to the index, may have been accepted since. */
  note(list: AppliedList): void {
    const known = this.#thisUpdateOf.get(nameOf(list)) ?? Number.NEGATIVE_INFINITY;
    if (list.trusted === undefined || list.trusted.thisUpdate <= known) return;
    this.#thisUpdateOf.set(nameOf(list), list.trusted.thisUpdate);
    this.#tell();
  }

  /** The newest moment for which a list or OCSP spoke for this card; `undefined`: nobody ever did. */
  knownAt({ revocationScope, ocspGoodAt }: CardFacts): Instant | undefined {
    const listedAt = revocationScope && this.#listedAt(revocationScope);
    if (listedAt === undefined || ocspGoodAt === undefined) return listedAt ?? ocspGoodAt;
    return Math.max(listedAt, ocspGoodAt);
  }

  /** By the list of its own distribution point, or by one that speaks for all of them. */
  #listedAt(scope: RevocationScope): Instant | undefined {
    const own = this.#thisUpdateOf.get(nameOf(scope));
    const wide = this.#thisUpdateOf.get(nameOf({ ...scope, distributionPoint: everyDistributionPoint }));
    if (own === undefined || wide === undefined) return own ?? wide;
    return Math.max(own, wide);
  }
}

function nameOf({ issuerKeyId, distributionPoint }: RevocationScope): string {
  return `${issuerKeyId} ${distributionPoint}`;
}
