import type { DenialReason } from './decide-login.ts';

/** The rules of the directory itself; whether a card signs in is decided by the rules of `decideLogin`. */
export const directoryOnlyRules = [
  'card-way-not-in-profile',
  'card-asserted-twice',
  'card-not-by-equality',
  'card-spelled-otherwise',
  'card-base-elsewhere',
  'card-person-not-matched',
  'person-searches-no-cards',
  'guesses-stopped',
  'write-not-in-profile',
  'write-not-by-person',
  'write-of-another-entry',
  'write-of-something-else',
  'write-takes-away',
  'write-needs-signature',
  'own-entry',
  'people-of-client',
  'people-not-in-profile',
  'entry-not-there',
  'anonymous',
  'no-longer-admitted',
  'password-missing',
  'certificate-missing',
  'device-unknown',
  'device-disabled',
  'secret-wrong',
  'certificate-unknown',
  'certificate-of-another',
  'device-ambiguous',
  'way-not-allowed',
  'person-unknown',
  'password-wrong',
  'no-directory',
  'too-many-tries',
  'too-many-waiting',
  'address-not-allowed',
  'plaintext-not-allowed',
] as const;

/** Which rule decided an operation of the directory: what the trail keeps of it, and `kazasu ldap explain` tells. */
export type DirectoryRule = (typeof directoryOnlyRules)[number] | DenialReason;
