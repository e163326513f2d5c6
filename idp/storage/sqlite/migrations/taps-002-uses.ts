import { type Kysely, sql } from 'kysely';

/** How many sign-ins an unprompted tap served: some devices take one tap for several. */
export const uses = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw('ALTER TABLE taps ADD COLUMN uses INTEGER NOT NULL DEFAULT 0').execute(db);
  },
};
