import { Fault } from '../domain/fault.ts';
import type { CarriedFile, CarriedLists, ListClaims } from '../ports/carried-lists.ts';
import type { Clock } from '../ports/clock.ts';
import type { CrlReader, CrlSource } from '../ports/jpki.ts';

/** What there is on the network side that reaches the issuer's directory: no record, no keys, no server. */
export interface Outside {
  readonly clock: Clock;
  readonly crlSources: readonly CrlSource[];
  /** Absent: no CA certificate is here, and signatures are checked only where the lists arrive. */
  readonly crlReader?: CrlReader;
  readonly claimsOf: (list: Uint8Array) => ListClaims | undefined;
  readonly carriedLists: (directory: string) => CarriedLists;
  /** Asks the record of this machine which distribution points cards name. */
  readonly wanted: () => Promise<readonly string[]>;
}

/** What became of one list on its way into the directory. */
export interface CarriedList {
  readonly distributionPoint: string;
  /** `older`: a newer one lies there already, and stays. `unavailable`: no source could give it. */
  readonly outcome: 'written' | 'unchanged' | 'older' | 'refused' | 'unavailable';
  readonly reason?: string;
  readonly file?: string;
  readonly from?: string;
  readonly issuerKeyId?: string;
  readonly crlNumber?: string;
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
}

type Say = (line: string) => void;

/** Fetches the lists of some distribution points into a directory. A list that cannot be had keeps no other one back. */
export async function carryLists(
  outside: Outside,
  request: { readonly directory: string; readonly distributionPoints: readonly string[]; readonly say: Say },
): Promise<readonly CarriedList[]> {
  const carried = outside.carriedLists(request.directory);
  const outcomes: CarriedList[] = [];
  for (const distributionPoint of new Set(request.distributionPoints)) {
    request.say(`${distributionPoint}: fetching`);
    outcomes.push(...(await carryOne(outside, carried, distributionPoint)));
  }
  return outcomes;
}

async function carryOne(
  outside: Outside,
  carried: CarriedLists,
  distributionPoint: string,
): Promise<readonly CarriedList[]> {
  const fetched = await fetchFrom(outside.crlSources, distributionPoint);
  if ('reason' in fetched) return [{ distributionPoint, outcome: 'unavailable', reason: fetched.reason }];
  const { lists, from } = fetched;
  const there = await lying(outside, carried, distributionPoint);
  const claims = lists.map((list) => outside.claimsOf(list));
  const generations = new Set([...claims, ...there.map((one) => one.claims)].map((one) => one?.issuerKeyId));
  const outcomes: CarriedList[] = [];
  for (const [index, list] of lists.entries()) {
    const known = there.filter((one) => one.claims.issuerKeyId === claims[index]?.issuerKeyId);
    const given = { distributionPoint, list, claims: claims[index], known, alone: generations.size === 1 };
    outcomes.push({ distributionPoint, from, ...(await putOne(outside, carried, given)) });
  }
  // Of a generation that is served no longer: carried on, it would be refused for ever.
  const gone = there.filter(({ claims: { issuerKeyId, nextUpdate } }) => {
    return !claims.some((one) => one?.issuerKeyId === issuerKeyId) && nextUpdate < outside.clock.now();
  });
  for (const { file } of gone) await carried.remove(file.name);
  return outcomes;
}

interface Lying {
  readonly file: CarriedFile;
  readonly claims: ListClaims;
}

/** What lies there already and can be believed as far as anything is believed here; the rest is written over. */
async function lying(
  outside: Outside,
  carried: CarriedLists,
  distributionPoint: string,
): Promise<readonly Lying[]> {
  const files = await carried.of(distributionPoint);
  return files.flatMap((file) => {
    const claims = outside.claimsOf(file.octets);
    const reason = claims === undefined ? 'malformed' : refusalOf(outside, file.octets);
    return claims === undefined || (reason !== undefined && reason !== 'expired') ? [] : [{ file, claims }];
  });
}

async function putOne(
  outside: Outside,
  carried: CarriedLists,
  given: {
    readonly distributionPoint: string;
    readonly list: Uint8Array;
    readonly claims: ListClaims | undefined;
    readonly known: readonly Lying[];
    readonly alone: boolean;
  },
): Promise<Omit<CarriedList, 'distributionPoint' | 'from'>> {
  const { distributionPoint, list, claims, known, alone } = given;
  if (claims === undefined) return { outcome: 'refused', reason: 'malformed' };
  const { issuerKeyId, crlNumber, thisUpdate, nextUpdate } = claims;
  const facts = { issuerKeyId, crlNumber, thisUpdate, nextUpdate };
  const elsewhere = claims.distributionPoint !== undefined && claims.distributionPoint !== distributionPoint;
  const refusal = elsewhere
    ? 'distribution-point-mismatch'
    : (refusalOf(outside, list) ?? overBy(outside, claims));
  if (refusal !== undefined) return { ...facts, outcome: 'refused', reason: refusal };
  const newer = known.find((one) => isNewer(outside, one.claims, claims));
  if (newer !== undefined) {
    const reason = `list ${newer.claims.crlNumber} lies there already`;
    return { ...facts, outcome: 'older', reason, file: newer.file.name };
  }
  const same = known.find((one) => one.claims.crlNumber === crlNumber);
  if (same !== undefined && Buffer.compare(same.file.octets, list) !== 0) {
    return { ...facts, outcome: 'refused', reason: 'crl-number-reused', file: same.file.name };
  }
  const file = await carried.put(distributionPoint, alone ? undefined : issuerKeyId, list);
  for (const old of known) if (old.file.name !== file) await carried.remove(old.file.name);
  return { ...facts, outcome: same === undefined ? 'written' : 'unchanged', file };
}

/**
 * Where signatures are not checked a number says little: one list that somebody made up would keep every real one out for
 * ever. There the next real one is newer by its date.
 */
function isNewer({ crlReader, clock }: Outside, there: ListClaims, came: ListClaims): boolean {
  if (BigInt(there.crlNumber) <= BigInt(came.crlNumber)) return false;
  return crlReader !== undefined || (there.thisUpdate >= came.thisUpdate && there.thisUpdate <= clock.now());
}

/** Why a list is no good, as far as it can be told here. */
function refusalOf({ crlReader, clock }: Outside, list: Uint8Array): string | undefined {
  const verdict = crlReader?.read(list, new Set(), clock.now());
  return verdict?.outcome === 'refused' ? verdict.reason : undefined;
}

/** Where nothing is checked its date is still told: carried over it would be refused, a day later. */
function overBy({ clock }: Outside, { nextUpdate }: ListClaims): string | undefined {
  return nextUpdate < clock.now() ? 'expired' : undefined;
}

async function fetchFrom(
  sources: readonly CrlSource[],
  distributionPoint: string,
): Promise<{ readonly lists: readonly Uint8Array[]; readonly from: string } | { readonly reason: string }> {
  let reason = 'No source is configured: set KAZASU_CRL_SOURCES.';
  for (const source of sources) {
    try {
      return { lists: await source.fetch(distributionPoint), from: source.name };
    } catch (error) {
      if (!(error instanceof Fault && error.code === 'ERR_CRL_SOURCE_UNAVAILABLE')) throw error;
      reason = `${source.name}: ${error.message}`;
    }
  }
  return { reason };
}
