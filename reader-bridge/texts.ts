import type { CardErrorCode } from './card-error.ts';
import type { UnsupportedName } from './read-card.ts';

export type Locale = 'ja' | 'en';

/** What a person is told about the card at hand; the presentation goes on. */
export type Note =
  | 'hold-longer'
  | 'unreadable'
  | UnsupportedName
  | 'no-pin-card'
  | 'card-left'
  | 'pin-form'
  | 'reader-unavailable'
  | 'idp-unreachable';

/** Why a presentation ended without a tap. */
export type Failure =
  | 'pin-wrong'
  | 'pin-blocked'
  | 'removed-while-signing'
  | 'refused'
  | 'idp-unreachable'
  | 'expired'
  | 'cancelled'
  | 'internal';

/** Why the loopback page did not even begin. */
export type PageTrouble =
  | 'busy'
  | 'challenge'
  | 'challenge-used'
  | 'not-found'
  | 'not-navigation'
  | 'other-user'
  | 'bad-form'
  | 'finished'
  | 'idp-unreachable'
  | 'internal';

/** The note that belongs to a card's trouble. */
export function noteOf(code: CardErrorCode): Note {
  return code === 'ERR_CARD_REMOVED' || code === 'ERR_CARD_SILENT' ? 'hold-longer' : 'unreadable';
}

/** Every word of the bridge that a person sees, in one language. */
export interface BridgeTexts {
  readonly title: string;
  readonly demonstration: string;
  asks(clientName: string): string;
  readonly demand: { readonly tap: string; readonly pin: string };
  readonly removeCard: string;
  readonly holdCard: string;
  readonly working: string;
  readonly enterPin: string;
  pinLabel(digits: number): string;
  readonly pinHint: string;
  triesLeft(count: number): string;
  readonly lastTry: string;
  readonly acceptLastTry: string;
  readonly submitPin: string;
  readonly cancel: string;
  readonly accepted: string;
  readonly failedTitle: string;
  readonly troubleTitle: string;
  readonly startAgain: string;
  readonly notes: { readonly [note in Note]: string };
  readonly failures: { readonly [failure in Failure]: string };
  readonly troubles: { readonly [trouble in PageTrouble]: string };
}
