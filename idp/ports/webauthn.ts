import type { CredentialId, Passkey } from '../domain/passkey.ts';
import type { PersonId } from '../domain/person.ts';

/** JSON that goes to a browser as it is. */
export type WebAuthnJson = { readonly [name: string]: unknown };

/** What a browser's answer to a request for a new passkey says, verified. */
export interface CreatedCredential
  extends Pick<
    Passkey,
    | 'credentialId'
    | 'publicKey'
    | 'counter'
    | 'transports'
    | 'aaguid'
    | 'deviceBound'
    | 'backedUp'
    | 'attested'
  > {
  /** The one that was signed; whether it was ours, and open, is still to be asked. */
  readonly challenge: string;
}

/** What a browser's answer to a request for a sign-in says, verified. */
export interface Assertion {
  readonly challenge: string;
  readonly counter: number;
  readonly backedUp: boolean;
  /** Whom the authenticator keeps the passkey for. @see WebAuthn Level 3 §5.4.3 (`user.id`) */
  readonly userHandle?: PersonId;
}

/**
 * The relying party's side of WebAuthn, without memory: for one issuer, its origin and host name. User verification is
 * always demanded. Signatures, origin, RP ID and flags are checked; challenge and counter are for the caller.
 * @see WebAuthn Level 3 §7.1 and §7.2
 */
export interface WebAuthn {
  /** Options for `navigator.credentials.create`. */
  creationOptions(request: {
    readonly challenge: string;
    readonly person: { readonly personId: PersonId; readonly uid: string; readonly displayName: string };
    readonly known: readonly Pick<Passkey, 'credentialId' | 'transports'>[];
  }): Promise<WebAuthnJson>;
  /** Options for `navigator.credentials.get`: no list, so that whoever signs in need not say who they are. */
  requestOptions(request: { readonly challenge: string }): Promise<WebAuthnJson>;
  /** `undefined`: not what a browser answers on our pages with user verification. */
  verifyCreation(response: unknown): Promise<CreatedCredential | undefined>;
  /** The credential that an answer names; nothing is verified yet. */
  credentialIdOf(response: unknown): CredentialId | undefined;
  /** `undefined`: not what a browser answers on our pages with user verification, or not signed by this passkey. */
  verifyAssertion(response: unknown, passkey: Passkey): Promise<Assertion | undefined>;
}
