import type { TemporaryCodeId } from '../domain/factor.ts';
import type { Instant } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import type { TemporaryCode } from '../domain/temporary-code.ts';

/** Codes for forgotten cards, as everybody may read them. */
export interface ReadTemporaryCodes {
  find(codeId: TemporaryCodeId): Promise<TemporaryCode | undefined>;
}

/** What a change may do to them. */
export interface WriteTemporaryCodes {
  add(code: TemporaryCode, codeHash: string): Promise<void>;
  /** Once: of a hundred at once one gets it. `undefined`: another’s, used, revoked, expired, or never was. */
  use(personId: PersonId, codeHash: string, now: Instant): Promise<TemporaryCode | undefined>;
  /** Whatever is open or in use of a person. @returns those that were */
  revokeOf(personId: PersonId): Promise<readonly TemporaryCodeId[]>;
  removeOf(personId: PersonId): Promise<void>;
  /** Forgets what expired before. */
  forget(before: Instant): Promise<void>;
}
