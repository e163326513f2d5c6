import { hash } from 'node:crypto';
import type { RevocationScope } from '../domain/card.ts';
import { parseSerialNumber, type SerialNumber } from '../domain/certificate-id.ts';
import { Fault } from '../domain/fault.ts';
import { everyDistributionPoint } from '../domain/revocation.ts';
import type { CardNumbers } from '../ports/card-numbers.ts';
import type { Clock } from '../ports/clock.ts';
import type { CrlFetch, CrlProgress, CrlReading, CrlWorker } from '../ports/crl-worker.ts';
import type { CrlReader, CrlSource, CrlVerdict } from '../ports/jpki.ts';
import type { ReadTables } from '../ports/system-record.ts';

/** What is needed to fetch and read lists: it looks at the record and changes nothing. */
export interface CrlReadingParts {
  readonly record: { readonly cards: Pick<ReadTables['cards'], 'revocationScopes' | 'inScope'> };
  readonly numbers: Pick<CardNumbers, 'open'>;
  readonly crlReader: CrlReader;
  readonly crlSources: readonly CrlSource[];
  readonly clock: Clock;
}

type OnProgress = (progress: CrlProgress) => void;

/** The worker that does its work where it is called: what a thread runs, and what tests of flows use. */
export function crlWorkerHere(parts: CrlReadingParts): CrlWorker {
  return {
    fetch: (distributionPoint, onProgress) => fetchCrl(parts, distributionPoint, onProgress),
    read: (list, onProgress) => readCrl(parts, list, { ...(onProgress === undefined ? {} : { onProgress }) }),
    close: async () => {},
  };
}

/** Takes the lists of one distribution point from the first source that has them, and reads them. */
export async function fetchCrl(
  parts: CrlReadingParts,
  distributionPoint: string,
  onProgress?: OnProgress,
): Promise<CrlFetch> {
  let message = 'No source is configured: set KAZASU_CRL_SOURCES.';
  for (const source of parts.crlSources) {
    try {
      onProgress?.({ distributionPoint, stage: 'fetching' });
      const lists = await source.fetch(distributionPoint);
      const readings: CrlReading[] = [];
      const asked = { distributionPoint, ...(onProgress === undefined ? {} : { onProgress }) };
      for (const list of lists) readings.push(await readCrl(parts, list, asked));
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
 * @param asked.distributionPoint the one that was asked for: a list of another one is refused.
 */
export async function readCrl(
  parts: CrlReadingParts,
  list: Uint8Array,
  asked: { readonly distributionPoint?: string; readonly onProgress?: OnProgress } = {},
): Promise<CrlReading> {
  const der = toDer(list);
  const verdict = await verdictOn(parts, der, asked);
  return { verdict, sha256: hash('sha256', der, 'hex'), octets: der.length };
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
  {
    distributionPoint,
    onProgress,
  }: { readonly distributionPoint?: string; readonly onProgress?: OnProgress },
): Promise<CrlVerdict> {
  const { crlReader, clock } = parts;
  const claimed = crlReader.claimedScope(list);
  // The reader says it more exactly than "claims nothing"; nobody is held against such a list.
  if (claimed === undefined) return crlReader.read(list, new Set(), clock.now());
  const claimedPoint = claimed.distributionPoint;
  if (distributionPoint !== undefined && claimedPoint !== undefined && claimedPoint !== distributionPoint) {
    return { outcome: 'refused', reason: 'distribution-point-mismatch' };
  }
  onProgress?.({ distributionPoint: claimedPoint ?? everyDistributionPoint, stage: 'reading' });
  const scopes = (await parts.record.cards.revocationScopes()).filter(
    (scope) =>
      scope.issuerKeyId === claimed.issuerKeyId &&
      (claimedPoint === undefined || scope.distributionPoint === claimedPoint),
  );
  return crlReader.read(list, await interestOf(parts, scopes), clock.now());
}

/** The serial numbers of everything in some scopes. */
async function interestOf(
  { record, numbers }: CrlReadingParts,
  scopes: readonly RevocationScope[],
): Promise<ReadonlySet<SerialNumber>> {
  const interest = new Set<SerialNumber>();
  const decoder = new TextDecoder();
  for (const scope of scopes) {
    for await (const { sealedNumber, cardKey } of record.cards.inScope(scope)) {
      interest.add(parseSerialNumber(decoder.decode(numbers.open(sealedNumber, cardKey))));
    }
  }
  return interest;
}
