import type { ActResult } from './journal.ts';
import type { PerformedAct } from './perform.ts';

/** What an act of the story must come to. */
export interface Scene {
  readonly act: PerformedAct;
  /** What shows that it came out as it should; the text is said when it does not. */
  readonly expect: string;
  readonly met: (result: ActResult) => boolean;
}

const done = (act: PerformedAct): Scene => ({
  act,
  expect: 'done',
  met: ({ outcome }) => outcome === 'done',
});

const refusedFor = (act: PerformedAct, reason: string): Scene => ({
  act,
  expect: `refused: ${reason}`,
  met: (result) => result.outcome === 'refused' && result.reason === reason,
});

const punchedAs = (act: PerformedAct, acr: string, amr: string): Scene => ({
  act,
  expect: `acr ${acr}, amr ${amr}`,
  met: ({ outcome, facts }) =>
    outcome === 'done' && facts.acr === `urn:kazasu:acr:${acr}` && facts.amr === amr,
});

const everywhereRefusedFor = (reason: string): readonly Scene[] => [
  refusedFor('kiosk-tap', reason),
  refusedFor('print', reason),
  refusedFor('door', reason),
];

/** The whole story: what `--once` plays, and what it holds every step against. */
export const story: readonly Scene[] = [
  refusedFor('kiosk-tap', 'unknown-card'),
  done('register'),
  refusedFor('door', 'unknown-card'),
  done('approve'),
  punchedAs('kiosk-tap', 'certificate', 'user'),
  refusedFor('wrong-pin', 'pin-wrong'),
  punchedAs('kiosk-pin', 'card-pin', 'sc hwk pin mfa'),
  done('print'),
  done('door'),
  refusedFor('replay', 'tap-replayed'),
  done('suspend'),
  ...everywhereRefusedFor('person-suspended'),
  done('restore'),
  punchedAs('kiosk-tap', 'certificate', 'user'),
  done('print'),
  done('door'),
  done('publish-list'),
  ...everywhereRefusedFor('card-revoked'),
  refusedFor('kiosk-pin', 'card-revoked'),
  done('verify-audit'),
];
