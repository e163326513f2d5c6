import { hash } from 'node:crypto';
import type { RevocationScope } from '../domain/card.ts';
import { parseSerialNumber } from '../domain/certificate-id.ts';
import { Fault } from '../domain/fault.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import { everyDistributionPoint } from '../domain/revocation.ts';
import { SerialNumberTable } from '../domain/serial-number-table.ts';
import type { CardNumbers } from '../ports/card-numbers.ts';
import type { Clock } from '../ports/clock.ts';
import type { CrlFetch, CrlProgress, CrlReading, CrlWorker } from '../ports/crl-worker.ts';
import type { CrlReader, CrlSource, CrlVerdict } from '../ports/jpki.ts';
import type { ReadTables } from '../ports/system-record.ts';

/** What is needed to fetch and read lists: it looks at the record and changes nothing. */
export interface CrlReadingParts {
  readonly record: {
    readonly cards: Pick<ReadTables['cards'], 'revocationScopes' | 'countInScope' | 'inScope'>;
    readonly appliedLists: Pick<ReadTables['appliedLists'], 'find'>;
  };
  readonly numbers: Pick<CardNumbers, 'open'>;
  readonly crlReader: CrlReader;
  readonly crlSources: readonly CrlSource[];
  readonly clock: Clock;
}

type OnProgress = (progress: CrlProgress) => void;
type Claimed = NonNullable<ReturnType<CrlReader['claimedScope']>>;

/** The worker that does its work where it is called: what a thread runs, and what tests of flows use. */
export function crlWorkerHere(parts: CrlReadingParts): CrlWorker {
  return {
    fetch: (distributionPoint, onProgress) => fetchCrl(parts, distributionPoint, onProgress),
    read: (list, onProgress) => readCrl(parts, list, undefined, onProgress),
    close: async () => {},
  };
}

/** Takes the lists of one distribution point from the first source that has them, and reads them. */
async function fetchCrl(
  parts: CrlReadingParts,
  distributionPoint: string,
  onProgress: OnProgress = () => {},
): Promise<CrlFetch> {
  let message = 'No source is configured: set KAZASU_CRL_SOURCES.';
  for (const source of parts.crlSources) {
    try {
      const fetching = { distributionPoint, stage: 'fetching' } as const;
      onProgress(fetching);
      const lists = await source.fetch(distributionPoint, (octets, total) =>
        onProgress({ ...fetching, octets, ...(total === undefined ? {} : { share: octets / total }) }),
      );
      const readings: CrlReading[] = [];
      for (const list of lists) readings.push(await readCrl(parts, list, distributionPoint, onProgress));
      return { outcome: 'fetched', from: source.name, readings };
    } catch (error) {
      if (!(error instanceof Fault && error.code === 'ERR_CRL_SOURCE_UNAVAILABLE')) throw error;
      message = `${source.name}: ${error.message}`;
    }
  }
  return { outcome: 'unavailable', message };
}

/**
 * Reads one list against the cards and waiting registrations of the scope that it claims.
 * @param asked the distribution point that was asked for: a list of another one is refused.
 */
async function readCrl(
  parts: CrlReadingParts,
  list: Uint8Array,
  asked: string | undefined,
  onProgress: OnProgress = () => {},
): Promise<CrlReading> {
  const der = toDer(list);
  const sha256 = hash('sha256', der, 'hex');
  return { verdict: await verdictOn(parts, der, sha256, asked, onProgress), sha256, octets: der.length };
}

const pemBegin = '-----BEGIN X509 CRL-----';

/** PEM is how people are sent a list; what is neither is for the reader of lists to refuse. @see RFC 7468 §8 */
function toDer(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.toString('latin1', 0, pemBegin.length) !== pemBegin) return file;
  return Buffer.from(bytes.toString('latin1').replace(/-----[A-Z0-9 ]+-----/g, ''), 'base64');
}

async function verdictOn(
  parts: CrlReadingParts,
  list: Uint8Array,
  sha256: string,
  asked: string | undefined,
  onProgress: OnProgress,
): Promise<CrlVerdict> {
  const { crlReader, clock } = parts;
  const claimed = crlReader.claimedScope(list);
  // The reader says it more exactly than "claims nothing"; nobody is held against such a list.
  if (claimed === undefined) return crlReader.read(list, [], clock.now());
  const { distributionPoint = everyDistributionPoint } = claimed;
  // A list that names none speaks for the one that was asked for too.
  if (asked !== undefined && distributionPoint !== everyDistributionPoint && distributionPoint !== asked) {
    return { outcome: 'refused', reason: 'distribution-point-mismatch' };
  }
  const reading = { distributionPoint: asked ?? distributionPoint, stage: 'reading' } as const;
  onProgress(reading);
  const interest = await interestIn(parts, claimed, sha256, (share) => onProgress({ ...reading, share }));
  return crlReader.read(list, interest, clock.now());
}

/** The serial numbers of all that the list may speak about. */
async function interestIn(
  { record, numbers }: CrlReadingParts,
  claimed: Claimed,
  sha256: string,
  onShare: (share: number) => void,
): Promise<SerialNumberTable> {
  const scopes = (await record.cards.revocationScopes()).filter((scope) => isWithin(scope, claimed));
  const since = await heldAgainstItSince(record, claimed, sha256);
  let total = 0;
  for (const scope of scopes) total += await record.cards.countInScope(scope, since);
  const interest = new SerialNumberTable();
  const decoder = new TextDecoder();
  let opened = 0;
  for (const scope of scopes) {
    for await (const { sealedNumber, cardKey } of record.cards.inScope(scope, since)) {
      interest.add(parseSerialNumber(decoder.decode(numbers.open(sealedNumber, cardKey))));
      opened += 1;
      if (opened % openedPerReport === 0) onShare(Math.min(opened / total, 1));
    }
  }
  return interest;
}

const openedPerReport = 10_000;

function isWithin(scope: RevocationScope, { issuerKeyId, distributionPoint }: Claimed): boolean {
  return (
    scope.issuerKeyId === issuerKeyId &&
    (distributionPoint === undefined || scope.distributionPoint === distributionPoint)
  );
}

/** Between the clocks of the issuer and of this machine, and between reading a list and applying it. */
const marginSeconds = 3_600;

/**
 * The very list that was applied last need only be held against those who were proved since it was made: all others were
 * looked at then, and opening a million numbers anew would find nobody.
 */
async function heldAgainstItSince(
  { appliedLists }: CrlReadingParts['record'],
  { issuerKeyId, distributionPoint = everyDistributionPoint }: Claimed,
  sha256: string,
): Promise<Instant | undefined> {
  const applied = await appliedLists.find({ issuerKeyId, distributionPoint });
  if (applied?.sha256 !== sha256) return undefined;
  return Math.min(applied.thisUpdate, applied.appliedAt) - marginSeconds * msPerSecond;
}
