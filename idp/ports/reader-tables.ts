import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { Reader, ReaderId } from '../domain/reader.ts';

/** Readers, as everybody may read them. */
export interface ReadReaders {
  find(idOrName: string): Promise<Reader | undefined>;
  findByEnrolmentCode(codeHash: string, now: Instant): Promise<Reader | undefined>;
  list(): Promise<readonly Reader[]>;
}

/** What a change may do to them. */
export interface WriteReaders {
  add(reader: Reader, enrolment: { readonly codeHash: string; readonly expiresAt: Instant }): Promise<void>;
  /** Exchanges the code of a reader that has not enrolled yet. */
  renewEnrolment(
    id: ReaderId,
    enrolment: { readonly codeHash: string; readonly expiresAt: Instant },
  ): Promise<boolean>;
  /** Takes the enrolment code (once) and fixes the key. */
  enrol(id: ReaderId, codeHash: string, publicKey: NonNullable<Reader['publicKey']>): Promise<boolean>;
  disable(id: ReaderId, tapsVoidBefore: Instant): Promise<boolean>;
  assignClient(id: ReaderId, clientId: ClientId): Promise<void>;
}
