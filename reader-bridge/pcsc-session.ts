import type { CardInterface } from 'smartcard';
import type { CardSession } from './card-reader.ts';

/** What a session needs of the reader it was opened at. */
export interface SessionParts {
  readonly card: CardInterface;
  readonly unpower: number;
  readonly leave: number;
  /** Called when the session is ended while the card still owes an answer. */
  readonly abandon: () => void;
  readonly lost: (error: unknown) => Error;
}

/** Exclusive use of a card through PC/SC. */
export function pcscSession({ card, unpower, leave, abandon, lost }: SessionParts): CardSession {
  let owed: Promise<unknown> | undefined;

  const end = async (disposition: number): Promise<void> => {
    if (owed === undefined) {
      disconnectQuietly(card, disposition);
      return;
    }
    // `disconnect` is synchronous and would wait for the answer too: let it follow the answer, if that ever comes.
    void owed.then(() => disconnectQuietly(card, disposition));
    abandon();
  };

  return {
    transmit: async (command) => {
      const answer = card.transmit(Buffer.from(command));
      owed = answer
        .catch(() => undefined)
        .finally(() => {
          owed = undefined;
        });
      try {
        return await answer;
      } catch (error) {
        throw lost(error);
      }
    },
    powerOff: () => end(unpower),
    release: () => end(leave),
  };
}

/** A card or a service that went away meanwhile has taken the power along. */
function disconnectQuietly(card: CardInterface, disposition: number): void {
  try {
    card.disconnect(disposition);
  } catch {
    // See above.
  }
}
