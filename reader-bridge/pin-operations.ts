import { CardError } from './card-error.ts';
import type { PresentedCard } from './card-reader.ts';
import type { PinSignature } from './jpki-card.ts';
import { openCard } from './read-card.ts';
import type { Note } from './texts.ts';

/** A card that cannot sign with a PIN, and what to say about it. */
export interface NoPinCard {
  readonly outcome: 'no-pin-card';
  readonly note: Note;
}

export type CardSignature =
  | {
      readonly outcome: 'signed';
      readonly certificate: Uint8Array;
      readonly signature: Uint8Array;
      readonly readAtSeconds: number;
    }
  | Exclude<PinSignature, { readonly outcome: 'signed' }>
  | NoPinCard
  /** The card went away when the PIN may have been on its way: it must not be sent again unasked. */
  | { readonly outcome: 'interrupted' };

export interface CardSignatureRequest {
  readonly pin: string;
  readonly acceptLastTry: boolean;
  readonly nowSeconds: () => number;
  /** What to sign, given the time that goes into it. */
  readonly message: (readAtSeconds: number) => Uint8Array;
}

/**
 * How many wrong PINs the card still takes. Asking costs none, and decides whether a PIN is asked for at all.
 * @throws {CardError} when the card goes away.
 * @throws {Fault} `ERR_READER_UNAVAILABLE`.
 */
export async function readTriesLeft(
  card: PresentedCard,
): Promise<{ readonly outcome: 'tries'; readonly triesLeft: number } | NoPinCard> {
  const opened = await openCard(card);
  try {
    if (opened.kind === 'jpki') return { outcome: 'tries', triesLeft: await opened.card.triesLeft() };
    return { outcome: 'no-pin-card', note: opened.kind === 'felica' ? 'no-pin-card' : opened.name };
  } finally {
    await opened.channel.release();
  }
}

/**
 * Reads the certificate and has the card sign, in one exclusive session that ends with the power off.
 * @throws {CardError} when the card goes away before the PIN was sent: the person may try again.
 * @throws {Fault} `ERR_READER_UNAVAILABLE`.
 */
export async function signWithCard(
  card: PresentedCard,
  request: CardSignatureRequest,
): Promise<CardSignature> {
  const opened = await openCard(card);
  if (opened.kind !== 'jpki') {
    await opened.channel.release();
    return { outcome: 'no-pin-card', note: 'card-left' };
  }
  const certificate = await opened.card.readCertificate().catch(async (error: unknown) => {
    await opened.channel.release();
    throw error;
  });
  const readAtSeconds = request.nowSeconds();
  const { pin, acceptLastTry } = request;
  try {
    const message = request.message(readAtSeconds);
    const signature = await opened.card.signWithPin({ pin, acceptLastTry, message });
    return signature.outcome === 'signed' ? { ...signature, certificate, readAtSeconds } : signature;
  } catch (error) {
    if (error instanceof CardError) return { outcome: 'interrupted' };
    throw error;
  }
}
