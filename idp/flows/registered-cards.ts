import type { CardKey } from '../domain/card.ts';
import type { IssuerKeyId } from '../domain/certificate-id.ts';
import type { ReadTables } from '../ports/system-record.ts';

/** One card, one person: whether this very certificate is bound already, or waits to be. */
export async function alreadyBound(
  tables: Pick<ReadTables, 'cards' | 'registrations'>,
  { cardKey, issuerKeyId }: { readonly cardKey: CardKey; readonly issuerKeyId: IssuerKeyId },
  except?: string,
): Promise<'card-already-registered' | 'card-already-pending' | undefined> {
  const cards = await tables.cards.findByKey(cardKey);
  if (cards.some((card) => card.issuerKeyId === issuerKeyId && card.state !== 'retired')) {
    return 'card-already-registered';
  }
  const waiting = await tables.registrations.findPendingByCardKey(cardKey);
  const same = waiting.filter((other) => other.proof?.issuerKeyId === issuerKeyId);
  return same.some((other) => other.registrationId !== except) ? 'card-already-pending' : undefined;
}
