import { setTimeout as delay } from 'node:timers/promises';
import type { CardProfile } from '../idp/domain/card-profile.ts';
import { Fault } from '../idp/domain/fault.ts';
import { CardError } from './card-error.ts';
import type { CardReader, PresentedCard } from './card-reader.ts';
import type { IdpClient } from './idp-client.ts';
import { textsOf } from './locale.ts';
import { readCard } from './read-card.ts';
import { type Locale, noteOf } from './texts.ts';
import { wireEvidence } from './wire-evidence.ts';

export interface TapLoopParts {
  readonly reader: CardReader;
  readonly client: IdpClient;
  /** The kinds of cards that are read; the present card unless said otherwise. */
  readonly profiles?: readonly CardProfile[] | undefined;
  readonly locale: Locale;
  /** Tells the person at the reader what came of the tap: a display, a voice, or the terminal. */
  readonly say: (message: string) => void;
  /** For whoever looks after the reader; never a number of a card. */
  readonly log: (message: string) => void;
}

const pauseAfterFaultMs = 1_000;

/** Reads card after card at a device's or a station's reader, and posts each as a tap, until told to stop. */
export async function runTapLoop(parts: TapLoopParts, signal: AbortSignal): Promise<void> {
  let lastFault: string | undefined;
  while (!signal.aborted) {
    try {
      const card = await parts.reader.waitForCard(signal);
      lastFault = undefined;
      parts.say(await messageFor(parts, card));
      await card.waitForRemoval(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Fault)) throw error;
      // Said once, not every second, for as long as it lasts.
      if (error.message !== lastFault) parts.log(error.message);
      lastFault = error.message;
      await delay(pauseAfterFaultMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Deals with one card. @throws {Fault} `ERR_READER_UNAVAILABLE`. */
async function messageFor(
  { client, profiles, locale, log }: TapLoopParts,
  card: PresentedCard,
): Promise<string> {
  const texts = textsOf(locale);
  try {
    const readAtSeconds = client.nowSeconds();
    const reading = await readCard(card, client.provider.evidence, profiles);
    if (reading.kind === 'unsupported') return texts.notes[reading.name];
    const answer = await client.postTap({ evidence: wireEvidence(reading), readAtSeconds, language: locale });
    log(answer.outcome === 'accepted' ? 'tap kept' : `tap refused: ${answer.error}`);
    return answer.outcome === 'accepted' ? texts.accepted : answer.message;
  } catch (error) {
    if (error instanceof CardError) return texts.notes[noteOf(error.code)];
    if (!(error instanceof Fault) || error.code !== 'ERR_IDP_UNREACHABLE') throw error;
    log(error.message);
    return texts.notes['idp-unreachable'];
  }
}
