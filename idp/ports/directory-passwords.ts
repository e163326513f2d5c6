import type { ReleasedPerson } from '../domain/person.ts';

/** Whose password is asked about; for somebody unknown here, the `uid` that was typed. */
export type DirectoryUser = Pick<ReleasedPerson, 'uid' | 'mail' | 'employeeNumber'>;

/** The directory above that knows people's passwords. None is ever kept here, nor compared here. */
export interface DirectoryPasswords {
  /**
   * @returns `wrong` also for an empty password, which is never sent: a directory would take it for an anonymous bind.
   * @throws {Fault} `ERR_DIRECTORY_UNAVAILABLE` when it did not say.
   * @see RFC 4513 §5.1.2
   */
  verify(user: DirectoryUser, password: string): Promise<'right' | 'wrong'>;
}
