import { startBenchDirectory as startComposed } from './ldap-composed.ts';
import type { BenchDirectory } from './ldap-directory.ts';

/** The whole product, every card suspended, and nobody slowed for asking about cards that do not sign in. */
export function startBenchDirectory(people: number): Promise<BenchDirectory> {
  return startComposed(people, { cardState: 'suspended', guesses: 'uncounted' });
}
