import type { Progress } from './command.ts';

/** Where progress is shown: a terminal is written over, anything else gets a line now and then. */
export interface ProgressOutput {
  readonly isTerminal: boolean;
  /** Takes the text as it is, without a line's end. */
  readonly write: (text: string) => void;
}

/** What lasts no longer than this needs no words where nobody watches. */
const patienceMs = 1_000;
const eraseLine = '\r\u001b[K';

/** Shows how far a command is: at once on a terminal; elsewhere after a second, and no more than a line a second. */
export function progressLines({ isTerminal, write }: ProgressOutput): {
  readonly progress: Progress;
  readonly end: () => void;
} {
  let shownAt = performance.now();
  let shown = false;
  return {
    progress(line) {
      if (!isTerminal && performance.now() - shownAt < patienceMs) return;
      write(isTerminal ? `${eraseLine}${line}` : `${line}\n`);
      shownAt = performance.now();
      shown = true;
    },
    end() {
      if (isTerminal && shown) write(eraseLine);
    },
  };
}
