import { readFileSync } from 'node:fs';
import type { CardProfile } from '../domain/card-profile.ts';
import { InvalidInput } from '../domain/fault.ts';
import { parseCardProfiles } from '../domain/read-card-profiles.ts';

/**
 * Reads the card profiles of an installation from their file.
 * @throws {InvalidInput} `ERR_CARD_PROFILE`.
 */
export function loadCardProfiles(path: string): readonly CardProfile[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InvalidInput('ERR_CARD_PROFILE', `The card profiles cannot be read: ${path}`, cause);
  }
  return parseCardProfiles(text);
}
