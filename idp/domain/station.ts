import type { Instant } from './instant.ts';
import type { ReaderId, ReaderPublicKey } from './reader.ts';

export type PairingId = string & { readonly __brand: 'PairingId' };

/** One browser that belongs to one reader: a station. A reader has one at a time. */
export interface StationPairing {
  readonly pairingId: PairingId;
  readonly readerId: ReaderId;
  /** Of the key that the browser made and cannot give away. */
  readonly publicKey: ReaderPublicKey;
  readonly pairedAt: Instant;
  /** From then on the browser's signatures are worth nothing. */
  readonly endedAt?: Instant;
}

/** How long a station's request waits for a tap, and how long the name that came stands there to be confirmed. */
export const stationSeconds = 30;

/** What a station's key signs to open a request for a tap. */
export interface StationClaims {
  readonly issuer: string;
  readonly pairingId: string;
  /** The sign-in that the browser shows. */
  readonly interactionUid: string;
  /** Ours, used once. */
  readonly challenge: string;
}

/**
 * The bytes that a station's key signs: the browser and the provider each build them, and each field stands behind its
 * length, so that no two requests share a message.
 * @returns UTF-8.
 */
export function stationMessage({ issuer, pairingId, interactionUid, challenge }: StationClaims): Uint8Array {
  const fields = ['kazasu-station-v1', issuer, pairingId, interactionUid, challenge];
  const encoder = new TextEncoder();
  return encoder.encode(fields.map((field) => `${encoder.encode(field).length}:${field}\n`).join(''));
}

/** Why a station did not go on: a closed set, each with its text in both languages. */
export const stationRefusals = [
  'pairing-code',
  'public-key',
  'not-paired',
  'station-unpaired',
  'station-signature',
  'challenge-unknown',
  'reader-disabled',
  'client-not-at-station',
  'station-busy',
  'two-cards',
  'time-over',
  'confirmation-unknown',
  'unknown-card',
  'own-pages-not-here',
] as const;

export type StationRefusal = (typeof stationRefusals)[number];
