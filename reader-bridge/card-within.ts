import { InvalidInput } from '../idp/domain/fault.ts';
import type { CardReader, PresentedCard } from './card-reader.ts';

/**
 * Waits for a card, but not for ever.
 * @throws {InvalidInput} `ERR_NO_CARD` when none came.
 * @throws {Fault} `ERR_READER_UNAVAILABLE`.
 */
export async function cardWithin(reader: CardReader, milliseconds: number): Promise<PresentedCard> {
  const patience = AbortSignal.timeout(milliseconds);
  try {
    return await reader.waitForCard(patience);
  } catch (error) {
    if (!patience.aborted) throw error;
    throw new InvalidInput(
      'ERR_NO_CARD',
      'No card was put on the reader. Start again when it is at hand.',
      error,
    );
  }
}
