import type { CardId } from './card.ts';
import { type Instant, msPerSecond } from './instant.ts';
import type { PersonId } from './person.ts';
import type { RegistrationId } from './registration.ts';

export type NoticeId = string & { readonly __brand: 'NoticeId' };

/** What people are told of. Each is told once of each card or registration, however often we look. */
export type NoticeKind =
  | 'card-expires-60'
  | 'card-expires-30'
  | 'card-expires-7'
  | 'card-expired'
  | 'card-replaced'
  | 'registration-requested'
  | 'registration-approved'
  | 'registration-rejected'
  | 'temporary-code-issued'
  | 'passkey-code-issued'
  | 'passkey-added'
  | 'passkey-removed'
  | 'passkey-copied'
  | 'operator-alarm';

/** The kinds that the daily look finds by a card's end. */
export type ExpiryStage = Extract<NoticeKind, `card-expire${string}`>;

/** `withdrawn`: what it says is no longer so, or no longer theirs to know. */
export type NoticeState = 'waiting' | 'sent' | 'given-up' | 'withdrawn';

/** Why a notice was given up. */
export type NoticeFailure =
  /** Nothing to deliver with is configured. */
  | 'no-channel'
  /** Nobody's address is known. */
  | 'no-address'
  /** The receiving side says that it will never take it. */
  | 'refused'
  /** Not delivered within the time that a notice is worth. */
  | 'undelivered';

/** Words in both languages, for whom nobody knows which one they read. */
export interface BothLanguages {
  readonly ja: string;
  readonly en: string;
}

/** A message that is owed to somebody. The address is not kept: it is looked up at delivery. */
export interface Notice {
  readonly noticeId: NoticeId;
  readonly kind: NoticeKind;
  /** What it is about: with the kind it names the notice, once for ever. */
  readonly about: CardId | RegistrationId | string;
  /** Absent: the operators. */
  readonly personId?: PersonId;
  /** Of an alarm, what happened; of a rejection, the reason given; of a device's request, the device. It goes when the person goes. */
  readonly words?: BothLanguages;
  readonly state: NoticeState;
  readonly queuedAt: Instant;
  readonly attempts: number;
  readonly nextAttemptAt: Instant;
  readonly settledAt?: Instant;
  readonly failure?: NoticeFailure;
}

/** After that a notice is no news any more. */
export const noticeWorthSeconds = 3 * 24 * 3_600;
const firstRetrySeconds = 60;
const longestRetrySeconds = 4 * 3_600;

/** How long to wait after so many attempts in vain: twice as long each time, never longer than four hours. */
export function retrySeconds(attempts: number): number {
  return Math.min(firstRetrySeconds * 2 ** (attempts - 1), longestRetrySeconds);
}

const dayMs = 24 * 3_600 * msPerSecond;

/** How far ahead holders are told at all. */
export const expiryHorizonDays = 60;

/** A range of ends, `after < notAfter <= until`, and what holders of cards that end in it are told now. */
export interface StageWindow {
  readonly stage: ExpiryStage;
  readonly after: Instant;
  readonly until: Instant;
}

/**
 * Which cards are told what at this moment. The windows do not overlap: after a week without power a holder is told the
 * one thing that is so now. What ended more than thirty days ago is old news.
 */
export function stageWindows(now: Instant): readonly StageWindow[] {
  const ahead = (days: number) => now + days * dayMs;
  return [
    // `notAfter` is the last second in which a card is valid.
    { stage: 'card-expired', after: ahead(-30), until: now - msPerSecond },
    { stage: 'card-expires-7', after: now - msPerSecond, until: ahead(7) },
    { stage: 'card-expires-30', after: ahead(7), until: ahead(30) },
    { stage: 'card-expires-60', after: ahead(30), until: ahead(expiryHorizonDays) },
  ];
}
