import type { Instant } from '../domain/instant.ts';
import type { Notice, StageWindow } from '../domain/notice.ts';
import type { PersonId } from '../domain/person.ts';
import type { Card } from './system-record.ts';

/** The outbox of notices, as everybody may read it. */
export interface ReadNotices {
  /** The newest first. */
  list(limit: number): Promise<readonly Notice[]>;
  findAbout(about: string): Promise<readonly Notice[]>;
  /** Waiting, and their time has come; alarms first, then the oldest. */
  due(now: Instant, limit: number): Promise<readonly Notice[]>;
  /** Active JPKI cards that end in the window, have no successor, and whose holder was not told this stage. */
  untold(window: StageWindow, limit: number): Promise<readonly Card[]>;
}

/** What a change may do to it. */
export interface WriteNotices {
  /** Once for each kind and what it is about: `false` when it was queued before. */
  queue(notice: Notice): Promise<boolean>;
  /** Only while it waits. */
  update(notice: Notice): Promise<boolean>;
  /** Those that wait for a person are withdrawn. */
  withdrawOf(personId: PersonId, now: Instant): Promise<void>;
  removeOf(personId: PersonId): Promise<void>;
}
