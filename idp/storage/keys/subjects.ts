import type { KeyObject } from 'node:crypto';
import { createHmac } from 'node:crypto';
import type { Subjects } from '../../ports/subjects.ts';

/** Pairwise subjects by HMAC-SHA-256 under the salt, base64url: who has not the salt cannot try people out. */
export function createSubjects(salt: KeyObject): Subjects {
  return {
    pairwise: (sector, personId) =>
      // JSON keeps the two apart.
      createHmac('sha256', salt)
        .update(JSON.stringify(['kazasu-pairwise-1', sector, personId]))
        .digest('base64url'),
  };
}
