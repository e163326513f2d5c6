import type { Idm } from '../idp/domain/card.ts';
import type { SerialNumber } from '../idp/domain/certificate-id.ts';
import { CardChannel, type ChannelOptions } from './card-channel.ts';
import type { PresentedCard } from './card-reader.ts';
import { isFelica, readIdm } from './felica-card.ts';
import { type JpkiCard, selectJpki } from './jpki-card.ts';

/** What a card without our application seems to be, for a polite refusal. */
export type UnsupportedName = 'storage-card' | 'other-ic-card';

/** What lay on the reader, read as far as the reader's setting asks. */
export type CardReading =
  | { readonly kind: 'jpki'; readonly serialNumber: SerialNumber }
  | { readonly kind: 'jpki'; readonly certificate: Uint8Array }
  | { readonly kind: 'felica'; readonly idm: Idm }
  | { readonly kind: 'unsupported'; readonly name: UnsupportedName };

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
 * Reads a card without PIN.
 * @throws {CardError} when the card goes away or is malformed.
 * @throws {Fault} `ERR_READER_UNAVAILABLE`.
 */
export async function readCard(
  presented: PresentedCard,
  evidence: 'serial' | 'certificate',
  options?: ChannelOptions,
): Promise<CardReading> {
  const opened = await openCard(presented, options);
  try {
    if (opened.kind === 'unsupported') return { kind: 'unsupported', name: opened.name };
    if (opened.kind === 'felica') return { kind: 'felica', idm: await readIdm(opened.channel) };
    return evidence === 'serial'
      ? { kind: 'jpki', serialNumber: await opened.card.readSerial() }
      : { kind: 'jpki', certificate: await opened.card.readCertificate() };
  } finally {
    await opened.channel.release();
  }
}

/** A card without a processor (MIFARE and the like): there is no application to select. @see PC/SC part 3 §3.1.3.2.3 */
function isStorageCard(atr: Uint8Array): boolean {
  return Buffer.from(atr).toString('hex').startsWith('3b8f8001804f0ca000000306');
}
