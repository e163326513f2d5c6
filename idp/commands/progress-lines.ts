import type { Progress } from './command.ts';
import { cutMiddle } from './table.ts';

/** Where progress is shown: a terminal is written over, anything else gets a line now and then. */
export interface ProgressOutput {
  readonly isTerminal: boolean;
  /** Of the terminal at this moment; it may be made wider meanwhile. */
  readonly columns?: () => number | undefined;
  /** Takes the text as it is, without a line's end. */
  readonly write: (text: string) => void;
}

/** What lasts no longer than this needs no words where nobody watches. */
const patienceMs = 1_000;
const usualColumns = 80;
const eraseLine = '\r\u001b[K';

/** Shows how far a command is: at once on a terminal; elsewhere after a second, and no more than a line a second. */
export function progressLines({ isTerminal, columns, write }: ProgressOutput): {
  readonly progress: Progress;
  readonly end: () => void;
} {
  let shownAt = performance.now();
  let shown = false;
  return {
    progress(line) {
      if (!isTerminal && performance.now() - shownAt < patienceMs) return;
      // What is wrapped into a second line could not be erased; the end says how far it is.
      write(isTerminal ? `${eraseLine}${cutMiddle(line, (columns?.() || usualColumns) - 1)}` : `${line}\n`);
      shownAt = performance.now();
      shown = true;
    },
    end() {
      if (isTerminal && shown) write(eraseLine);
    },
  };
}
