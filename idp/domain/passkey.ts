import { type Amr, type Assurance, toAcr } from './assurance.ts';
import type { PasskeyId } from './factor.ts';
import type { Instant } from './instant.ts';
import type { PersonId } from './person.ts';

/** A WebAuthn credential's id, base64url without padding. @see WebAuthn Level 3 §4 (Credential ID) */
export type CredentialId = string & { readonly __brand: 'CredentialId' };

/** A WebAuthn credential of one person: what it signs cannot be lent as a card can. */
export interface Passkey {
  readonly passkeyId: PasskeyId;
  readonly personId: PersonId;
  readonly credentialId: CredentialId;
  /** COSE_Key, base64url. @see WebAuthn Level 3 §6.5.1 */
  readonly publicKey: string;
  /** The authenticator's signature counter when last seen; 0 where it keeps none. @see WebAuthn Level 3 §6.1.1 */
  readonly counter: number;
  /** How browsers reach it: `internal`, `usb`, `hybrid`, … @see WebAuthn Level 3 §5.8.4 */
  readonly transports: readonly string[];
  /** The make of the authenticator, as it says itself unless `attested`. @see WebAuthn Level 3 §6.5.1 */
  readonly aaguid: string;
  /** Never leaves the authenticator (not backup eligible). @see WebAuthn Level 3 §6.1.3 */
  readonly deviceBound: boolean;
  /** A copy is kept elsewhere at this time. */
  readonly backedUp: boolean;
  /** A maker whose certificate an administrator trusts vouched for the authenticator when the passkey was made. */
  readonly attested: boolean;
  readonly name: string;
  readonly addedAt: Instant;
  readonly lastUsedAt?: Instant;
}

/** From the page that asks for a passkey to its answer. */
export const passkeyChallengeSeconds = 300;
/** How fresh the card with PIN, or the passkey, must be that lets another passkey be added. */
export const passkeyProofSeconds = 300;
/** How long an approver's code for the first passkey is good. */
export const passkeyCodeSeconds = 1_800;
/** More than anybody has; a bound for what one page lists. */
export const mostPasskeys = 20;

/** What may let somebody add a passkey: whoever adds one by less would have made it worth less. */
export const passkeyProofAcrs = [toAcr('card-pin'), toAcr('passkey')];

/**
 * What a sign-in by a passkey with user verification proves. `hwk` is said only of a key that never leaves its
 * authenticator, and only where somebody else than the authenticator vouches for that.
 * @see RFC 8176 §2
 */
export function passkeyAssurance({
  deviceBound,
  attested,
}: Pick<Passkey, 'deviceBound' | 'attested'>): Assurance {
  const key: Amr = deviceBound && attested ? 'hwk' : 'swk';
  return { acr: toAcr('passkey'), amr: ['user', 'mfa', key] };
}

/**
 * Whether a signature's counter may follow the one that was seen last: it rises, or the authenticator keeps none. One
 * that does not rise means that a copy of the key signs somewhere.
 * @see WebAuthn Level 3 §7.2, step 22
 */
export function mayFollow(counter: number, lastSeen: number): boolean {
  return counter > lastSeen || (counter === 0 && lastSeen === 0);
}

/** What people call a passkey: one line of at most 60 characters; `undefined` where nothing is left of it. */
export function passkeyName(text: string): string | undefined {
  const name = text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return name === '' ? undefined : [...name].slice(0, 60).join('').trim();
}
