import { randomBytes } from 'node:crypto';
import type { CardId } from '../domain/card.ts';

const randomOctets = 24;
const separator = '.';

/**
 * A new grant's id. It names the card that the grant rests on, so that every code, token and session that names the
 * grant says which card's stop ends it. Grant ids never leave the provider.
 */
export function grantIdOn(cardId: CardId): string {
  return `${cardId}${separator}${randomBytes(randomOctets).toString('base64url')}`;
}

/** The card that a grant rests on; `undefined`: its id names none. */
export function cardOfGrant(grantId: string): CardId | undefined {
  const end = grantId.lastIndexOf(separator);
  return end === -1 ? undefined : (grantId.slice(0, end) as CardId);
}

/** Whether what names this grant ends with the card; an id that names no card ends with any of its holder's. */
export function restsOn(grantId: string, cardId: CardId): boolean {
  const card = cardOfGrant(grantId);
  return card === undefined || card === cardId;
}
