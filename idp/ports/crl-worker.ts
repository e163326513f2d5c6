import type { CrlVerdict } from './jpki.ts';

/** One list, read against the cards and waiting registrations of the scope that it claims. */
export interface CrlReading {
  readonly verdict: CrlVerdict;
  /** Of the whole list, in hex. */
  readonly sha256: string;
  readonly octets: number;
}

/** What the sources had for one distribution point. */
export type CrlFetch =
  | { readonly outcome: 'fetched'; readonly from: string; readonly readings: readonly CrlReading[] }
  /** No source could give it; `message` says what the last one said. */
  | { readonly outcome: 'unavailable'; readonly message: string };

/** How far the work on one list is, for people who wait. */
export interface CrlProgress {
  readonly distributionPoint: string;
  readonly stage: 'fetching' | 'reading' | 'applying';
  /** 0 to 1 where it can be told: of the list while fetching, of the cards whose numbers are opened while reading. */
  readonly share?: number;
  /** Fetched so far, where it can be told. */
  readonly octets?: number;
}

/**
 * Fetches and reads lists beside the event loop, so that sign-ins never wait for them. It reads the record and opens the
 * sealed numbers of one scope at a time; it changes nothing.
 * @throws {Fault} `ERR_RECORD_UNAVAILABLE`, `ERR_KEYS_UNAVAILABLE`, `ERR_CRL_WORKER_UNAVAILABLE` when it died over it.
 */
export interface CrlWorker {
  fetch(distributionPoint: string, onProgress?: (progress: CrlProgress) => void): Promise<CrlFetch>;
  /** @param list DER or PEM; it is taken over, and must not be used afterwards. */
  read(list: Uint8Array, onProgress?: (progress: CrlProgress) => void): Promise<CrlReading>;
  close(): Promise<void>;
}
