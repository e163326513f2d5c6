import type { Instant } from '../domain/instant.ts';
import type { ReaderId } from '../domain/reader.ts';
import type { PairingId, StationPairing } from '../domain/station.ts';

/** Browsers that are paired with readers, as everybody may read them. */
export interface ReadStations {
  /** Ended ones too. */
  find(pairingId: string): Promise<StationPairing | undefined>;
  /** The one that has not ended. */
  findByReader(readerId: ReaderId): Promise<StationPairing | undefined>;
  /** Those that have not ended, the oldest first. */
  list(): Promise<readonly StationPairing[]>;
}

/** What a change may do to them. */
export interface WriteStations {
  /** Takes the place of the reader's code before. */
  putCode(
    readerId: ReaderId,
    code: { readonly codeHash: string; readonly expiresAt: Instant },
  ): Promise<void>;
  /** Once: the reader that the code was made for; `undefined` when it was used, has expired or never was. */
  useCode(codeHash: string, now: Instant): Promise<ReaderId | undefined>;
  removeCode(readerId: ReaderId): Promise<void>;
  /** The reader has no other that has not ended. */
  add(pairing: StationPairing): Promise<void>;
  /** Once: `false` when it has ended already. */
  end(pairingId: PairingId, now: Instant): Promise<boolean>;
}
