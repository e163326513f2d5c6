import { type Kysely, sql } from 'kysely';

/** A stop may name one sign-in alone. */
export const signInEnds = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw('ALTER TABLE session_ends ADD COLUMN sign_in TEXT').execute(db);
  },
};
