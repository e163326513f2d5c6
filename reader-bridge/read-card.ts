import type { Idm } from '../idp/domain/card.ts';
import { type CardProfile, defaultCardProfiles } from '../idp/domain/card-profile.ts';
import type { SerialNumber } from '../idp/domain/certificate-id.ts';
import { CardChannel, type ChannelOptions } from './card-channel.ts';
import { CardError } from './card-error.ts';
import type { PresentedCard } from './card-reader.ts';
import { isFelica, readIdm } from './felica-card.ts';
import type { JpkiCard } from './jpki-card.ts';
import { selectCard } from './select-card.ts';

/** What a card that cannot be used seems to be, for a polite refusal. */
export type UnsupportedName =
  | 'storage-card'
  | 'other-ic-card'
  /** Our application under a label that no profile names. */
  | 'unknown-token'
  /** Even its certificate needs the PIN: it cannot be used by a tap. */
  | 'needs-pin';

/** What lay on the reader, whatever the reader's setting. */
export type OtherReading =
  | { readonly kind: 'felica'; readonly idm: Idm }
  | { readonly kind: 'unsupported'; readonly name: UnsupportedName };

/** A My Number Card, read as far as the reader's setting asks. */
export interface SerialReading {
  readonly kind: 'jpki';
  readonly serialNumber: SerialNumber;
}

export interface CertificateReading {
  readonly kind: 'jpki';
  /** DER. */
  readonly certificate: Uint8Array;
}

export type CardReading = SerialReading | CertificateReading | OtherReading;

/** A card that was opened: what it is, and for a My Number Card the application. */
export type OpenedCard =
  | { readonly kind: 'jpki'; readonly card: JpkiCard; readonly channel: CardChannel }
  | { readonly kind: 'felica'; readonly channel: CardChannel }
  | { readonly kind: 'unsupported'; readonly name: UnsupportedName; readonly channel: CardChannel };

/**
 * Opens a card and finds out what it is. The caller ends the channel.
 * @throws {CardError} when the card goes away.
 * @throws {Fault} `ERR_READER_UNAVAILABLE`.
 */
export async function openCard(presented: PresentedCard, options: ChannelOptions = {}): Promise<OpenedCard> {
  const channel = new CardChannel(await presented.connect(), options);
  try {
    if (isFelica(presented.atr)) return { kind: 'felica', channel };
    if (isStorageCard(presented.atr)) return { kind: 'unsupported', name: 'storage-card', channel };
    const selection = await selectCard(channel, options.profiles ?? defaultCardProfiles);
    if (selection.outcome === 'selected') return { kind: 'jpki', card: selection.card, channel };
    const name = selection.outcome === 'unknown-token' ? 'unknown-token' : 'other-ic-card';
    return { kind: 'unsupported', name, channel };
  } catch (error) {
    await channel.release();
    throw error;
  }
}

/**
 * Reads a card without PIN, as the reader is set.
 * @param profiles the kinds of cards that are read; the present card unless said otherwise.
 * @throws {CardError} when the card goes away or is malformed.
 * @throws {Fault} `ERR_READER_UNAVAILABLE`.
 */
export function readCard(
  card: PresentedCard,
  evidence: 'serial' | 'certificate',
  profiles?: readonly CardProfile[],
): Promise<CardReading> {
  return evidence === 'serial' ? readSerialNumber(card, profiles) : readCertificate(card, profiles);
}

/** Reads no more than a number: two commands where one kind of card is read. @throws as `readCard`. */
export function readSerialNumber(
  card: PresentedCard,
  profiles?: readonly CardProfile[],
): Promise<SerialReading | OtherReading> {
  return read(card, profiles, async (jpki) => ({ kind: 'jpki', serialNumber: await jpki.readSerial() }));
}

/** Reads the whole certificate of a My Number Card. @throws as `readCard`. */
export function readCertificate(
  card: PresentedCard,
  profiles?: readonly CardProfile[],
): Promise<CertificateReading | OtherReading> {
  return read(card, profiles, async (jpki) => ({ kind: 'jpki', certificate: await jpki.readCertificate() }));
}

async function read<Reading>(
  presented: PresentedCard,
  profiles: readonly CardProfile[] = defaultCardProfiles,
  readJpki: (card: JpkiCard) => Promise<Reading>,
): Promise<Reading | OtherReading> {
  const opened = await openCard(presented, { profiles });
  try {
    if (opened.kind === 'unsupported') return { kind: 'unsupported', name: opened.name };
    if (opened.kind === 'felica') return { kind: 'felica', idm: await readIdm(opened.channel) };
    if (opened.card.profile.application.certificateNeedsPin) return needsPin;
    return await readJpki(opened.card);
  } catch (error) {
    // A kind that no profile described as such says so itself.
    if (error instanceof CardError && error.code === 'ERR_CARD_PIN_REQUIRED') return needsPin;
    throw error;
  } finally {
    await opened.channel.release();
  }
}

const needsPin = { kind: 'unsupported', name: 'needs-pin' } as const;

/** A card without a processor (MIFARE and the like): there is no application to select. @see PC/SC part 3 §3.1.3.2.3 */
function isStorageCard(atr: Uint8Array): boolean {
  return Buffer.from(atr).toString('hex').startsWith('3b8f8001804f0ca000000306');
}
