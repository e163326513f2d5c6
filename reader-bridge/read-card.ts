import type { Idm } from '../idp/domain/card.ts';
import type { SerialNumber } from '../idp/domain/certificate-id.ts';
import { CardChannel, type ChannelOptions } from './card-channel.ts';
import type { PresentedCard } from './card-reader.ts';
import { isFelica, readIdm } from './felica-card.ts';
import { type JpkiCard, selectJpki } from './jpki-card.ts';

/** What a card without our application seems to be, for a polite refusal. */
export type UnsupportedName = 'storage-card' | 'other-ic-card';

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
export async function openCard(presented: PresentedCard, options?: ChannelOptions): Promise<OpenedCard> {
  const channel = new CardChannel(await presented.connect(), options);
  try {
    if (isFelica(presented.atr)) return { kind: 'felica', channel };
    if (isStorageCard(presented.atr)) return { kind: 'unsupported', name: 'storage-card', channel };
    const card = await selectJpki(channel);
    return card === undefined
      ? { kind: 'unsupported', name: 'other-ic-card', channel }
      : { kind: 'jpki', card, channel };
  } catch (error) {
    await channel.release();
    throw error;
  }
}

/**
 * Reads a card without PIN, as the reader is set.
 * @throws {CardError} when the card goes away or is malformed.
 * @throws {Fault} `ERR_READER_UNAVAILABLE`.
 */
export function readCard(card: PresentedCard, evidence: 'serial' | 'certificate'): Promise<CardReading> {
  return evidence === 'serial' ? readSerialNumber(card) : readCertificate(card);
}

/** Reads no more than a number: two commands. @throws as `readCard`. */
export function readSerialNumber(card: PresentedCard): Promise<SerialReading | OtherReading> {
  return read(card, async (jpki) => ({ kind: 'jpki', serialNumber: await jpki.readSerial() }));
}

/** Reads the whole certificate of a My Number Card. @throws as `readCard`. */
export function readCertificate(card: PresentedCard): Promise<CertificateReading | OtherReading> {
  return read(card, async (jpki) => ({ kind: 'jpki', certificate: await jpki.readCertificate() }));
}

async function read<Reading>(
  presented: PresentedCard,
  readJpki: (card: JpkiCard) => Promise<Reading>,
): Promise<Reading | OtherReading> {
  const opened = await openCard(presented);
  try {
    if (opened.kind === 'unsupported') return { kind: 'unsupported', name: opened.name };
    if (opened.kind === 'felica') return { kind: 'felica', idm: await readIdm(opened.channel) };
    return await readJpki(opened.card);
  } finally {
    await opened.channel.release();
  }
}

/** A card without a processor (MIFARE and the like): there is no application to select. @see PC/SC part 3 §3.1.3.2.3 */
function isStorageCard(atr: Uint8Array): boolean {
  return Buffer.from(atr).toString('hex').startsWith('3b8f8001804f0ca000000306');
}
