import type { CardProfile } from '../idp/domain/card-profile.ts';
import { CardError } from './card-error.ts';
import type { PresentedCard } from './card-reader.ts';
import type { JpkiCard, PinSignature } from './jpki-card.ts';
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
  /** The kinds of cards that are taken; the present card unless said otherwise. */
  readonly profiles?: readonly CardProfile[] | undefined;
  readonly acceptLastTry: boolean;
  readonly nowSeconds: () => number;
  /** What to sign, given the time that goes into it. */
  readonly message: (readAtSeconds: number) => Uint8Array;
}

/** What is known before the PIN is asked for. */
export interface PinState {
  readonly outcome: 'tries';
  readonly triesLeft: number;
  /** How many digits the PIN of this kind of card has. */
  readonly digits: number;
}

/**
 * How many wrong PINs the card still takes. Asking costs none, and decides whether a PIN is asked for at all.
 * @throws {CardError} when the card goes away.
 * @throws {Fault} `ERR_READER_UNAVAILABLE`.
 */
export async function readTriesLeft(
  card: PresentedCard,
  profiles?: readonly CardProfile[],
): Promise<PinState | NoPinCard> {
  const opened = await openCard(card, profiles === undefined ? {} : { profiles });
  try {
    if (opened.kind !== 'jpki') {
      return { outcome: 'no-pin-card', note: opened.kind === 'felica' ? 'no-pin-card' : opened.name };
    }
    const { digits } = opened.card.profile.application.pin;
    return { outcome: 'tries', triesLeft: await opened.card.triesLeft(), digits };
  } finally {
    await opened.channel.release();
  }
}

/**
 * Reads the certificate (after the PIN where it needs it) and has the card sign, in one exclusive session that ends with
 * the power off.
 * @throws {CardError} when the card goes away before the PIN was sent: the person may try again.
 * @throws {Fault} `ERR_READER_UNAVAILABLE`.
 */
export async function signWithCard(
  card: PresentedCard,
  request: CardSignatureRequest,
): Promise<CardSignature> {
  const { pin, acceptLastTry, profiles } = request;
  const opened = await openCard(card, profiles === undefined ? {} : { profiles });
  if (opened.kind !== 'jpki') {
    await opened.channel.release();
    return { outcome: 'no-pin-card', note: 'card-left' };
  }
  await readBeforePin(opened.card).catch(async (error: unknown) => {
    await opened.channel.release();
    throw error;
  });
  const readAtSeconds = request.nowSeconds();
  try {
    const message = request.message(readAtSeconds);
    const signature = await opened.card.signWithPin({ pin, acceptLastTry, message });
    return signature.outcome === 'signed' ? { ...signature, readAtSeconds } : signature;
  } catch (error) {
    if (error instanceof CardError) return { outcome: 'interrupted' };
    throw error;
  }
}

/** A card that lies badly shows it while its certificate is read: before its PIN is sent wherever that can be. */
async function readBeforePin(card: JpkiCard): Promise<void> {
  if (card.profile.application.certificateNeedsPin) return;
  try {
    await card.readCertificate();
  } catch (error) {
    if (!(error instanceof CardError) || error.code !== 'ERR_CARD_PIN_REQUIRED') throw error;
  }
}
