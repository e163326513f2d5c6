import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signed } from '../../idp/demo/authority/signer.ts';
import type { SerialNumber } from '../../idp/domain/certificate-id.ts';
import { createCrlReader } from '../../idp/jpki/crl/crl-reader.ts';
import { original } from '../fuzz/corpus.ts';
import { signedParts } from '../support/der-tree.ts';
import { mutatedStructure, specimenOf } from '../support/mutate-structure.ts';
import { type OpensslDesk, openDesk } from '../support/openssl.ts';
import { requirePrograms } from '../support/programs.ts';
import { seededRandom } from '../support/random.ts';
import { judgedAt, openVectorPki, pinnedAnchors } from '../vectors/pki.ts';
import { crlNumberIn, dateIn, entriesIn, textsOf } from './openssl-crl-text.ts';

const missing = requirePrograms('openssl');
const runs = Number(process.env.ODD_RUNS ?? 1000);
const seed = Number(process.env.FUZZ_SEED ?? 20261122);

/** Mutations of these are signed by the authority: whatever is odd about them, the signature holds. */
const bases = ['accepted.number-7.der', 'accepted.entry-with-an-invalidity-date.der'];

describe.skipIf(missing)('a list that the authority signed although it is odd', () => {
  const reader = createCrlReader({ anchors: pinnedAnchors(), allowTestAuthorities: true });
  let desk: OpensslDesk;

  beforeAll(() => {
    desk = openDesk();
  });
  afterAll(() => desk?.remove());

  it('says the same to openssl, where we read it at all', async () => {
    const lists = oddLists().filter((list) => reader.read(list, new Set(), judgedAt).outcome === 'read');
    const texts = await textsOf(desk, lists);
    const disagreements = lists.flatMap((list, index) => {
      const [ours, theirs] = [said(list, texts[index] ?? ''), texts[index] ?? ''];
      return ours === undefined || ours === summary(theirs) ? [] : [{ index, ours, theirs: summary(theirs) }];
    });
    expect(disagreements).toEqual([]);
    expect(lists.length).toBeGreaterThan(runs / 100);
  });

  /** What we say when all that openssl names is of interest; `undefined` when an entry of interest cannot be read. */
  function said(list: Uint8Array, text: string): string | undefined {
    const interest = new Set(positive(text).map(({ serialNumber }) => serialNumber as SerialNumber));
    const verdict = reader.read(list, interest, judgedAt);
    if (verdict.outcome === 'refused') return undefined;
    const { crlNumber, thisUpdate, nextUpdate, entryCount, hits } = verdict;
    return JSON.stringify({ crlNumber, thisUpdate, nextUpdate, entryCount, hits });
  }
});

/** Negative numbers belong to no certificate that is accepted: we count them and find none. */
const positive = (text: string) =>
  entriesIn(text).filter(({ serialNumber }) => !serialNumber.startsWith('-'));

const summary = (text: string): string =>
  JSON.stringify({
    crlNumber: crlNumberIn(text),
    thisUpdate: dateIn(text, 'Last Update'),
    nextUpdate: dateIn(text, 'Next Update'),
    entryCount: entriesIn(text).length,
    hits: positive(text),
  });

function oddLists(): readonly Uint8Array[] {
  const { privateKey } = openVectorPki().newer.keyPair;
  const random = seededRandom(seed);
  const lists = new Map<string, Uint8Array>();
  for (const base of bases) {
    const specimen = specimenOf(signedParts(original('crl', base))?.toBeSigned ?? new Uint8Array());
    for (let run = 0; run < runs; run++) {
      const toBeSigned = mutatedStructure(specimen, random, [specimen]);
      const name = Buffer.from(toBeSigned).toString('base64');
      if (!lists.has(name)) lists.set(name, signed(toBeSigned, privateKey));
    }
  }
  return [...lists.values()];
}
