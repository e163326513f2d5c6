import type { PersonId } from '../domain/person.ts';

/** Makes the subjects by which clients know people whom they must not join up. */
export interface Subjects {
  /**
   * The same person always has the same one within a sector, and nobody can tell from two whether they are of one person.
   * @param sector a host, perhaps with a port.
   * @see OpenID Connect Core §8.1
   */
  pairwise(sector: string, personId: PersonId): string;
}
