import type { CardProfile } from '../idp/domain/card-profile.ts';
import { instruction, success } from './apdu.ts';
import type { CardChannel } from './card-channel.ts';
import { CardFileReader } from './card-file-reader.ts';
import { JpkiCard } from './jpki-card.ts';

/** What came of asking a card for the applications of our profiles. */
export type CardSelection =
  | { readonly outcome: 'selected'; readonly card: JpkiCard }
  /** The application is there, under a label that no profile names. */
  | { readonly outcome: 'unknown-token' }
  | { readonly outcome: 'no-application' };

const labelOctets = 32;

/**
 * Finds out of which kind a card is: by selecting the applications of the profiles, never by ATR; and by its label where
 * several kinds have the same application.
 * @throws {CardError} when the card goes away, or does not give its label.
 */
export async function selectCard(
  channel: CardChannel,
  profiles: readonly CardProfile[],
): Promise<CardSelection> {
  for (const [aid, sharing] of Map.groupBy(profiles, ({ application }) => application.aid)) {
    const data = Buffer.from(aid, 'hex');
    const select = { cla: 0, ins: instruction.select, p1: 0x04, p2: 0x0c, data };
    const { statusWord } = await channel.send(select);
    if (statusWord === success) return selectionAmong(channel, sharing);
  }
  return { outcome: 'no-application' };
}

/** One profile needs no label read: two commands are enough for a tap. */
async function selectionAmong(channel: CardChannel, sharing: readonly CardProfile[]): Promise<CardSelection> {
  const [first, ...others] = sharing;
  const profile = others.length === 0 ? first : await labelled(channel, sharing);
  return profile === undefined
    ? { outcome: 'unknown-token' }
    : { outcome: 'selected', card: new JpkiCard(channel, profile) };
}

/** Profiles that share an application name the same file for the label: `readCardProfiles` sees to it. */
async function labelled(
  channel: CardChannel,
  sharing: readonly CardProfile[],
): Promise<CardProfile | undefined> {
  const file = sharing[0]?.application.tokenInfo;
  if (file === undefined) return undefined;
  const octets = (await new CardFileReader(channel, file).first(labelOctets)).subarray(0, labelOctets);
  const label = Buffer.from(octets)
    .toString('latin1')
    .replace(/[ \0]+$/, '');
  return sharing.find(({ application }) => application.tokenInfo?.labels.includes(label));
}
