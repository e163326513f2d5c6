import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { msPerSecond } from '../domain/instant.ts';
import { type CredentialId, type Passkey, passkeyChallengeSeconds } from '../domain/passkey.ts';
import type { PersonId } from '../domain/person.ts';
import type { Assertion, CreatedCredential, WebAuthn, WebAuthnJson } from '../ports/webauthn.ts';
import { isVouchedFor } from './attestation.ts';
import { parseAssertion, parseCreation } from './responses.ts';

const timeout = passkeyChallengeSeconds * msPerSecond;
/** ES256, EdDSA, RS256: every authenticator has one of them. @see RFC 9053 §2 and RFC 8812 §2 */
const supportedAlgorithmIDs = [-7, -8, -257];

/**
 * WebAuthn for one issuer: its host name is the RP ID, its origin the only one from which an answer counts.
 * @param makers certificates of authenticators' makers whom an administrator trusts, PEM; none: nothing is `attested`.
 */
export function createWebAuthn(issuer: string, makers: readonly string[] = []): WebAuthn {
  const { hostname: rpId, origin } = new URL(issuer);
  return {
    creationOptions: ({ challenge, person, known }) =>
      creationOptions({ rpId, makers, challenge, person, known }),
    requestOptions: async ({ challenge }) =>
      json(
        await generateAuthenticationOptions({
          ...{ rpID: rpId, challenge: octets(challenge), timeout },
          userVerification: 'required',
        }),
      ),
    credentialIdOf: (response) => parseAssertion(response)?.id as CredentialId | undefined,
    verifyCreation: async (response) => {
      const parsed = parseCreation(response);
      return parsed && orUndefined(() => verifyCreation(parsed, { rpId, origin, makers }));
    },
    verifyAssertion: (response, passkey) =>
      orUndefined(() => verifyAssertion(response, passkey, { rpId, origin })),
  };
}

type CreationRequest = Parameters<WebAuthn['creationOptions']>[0] & {
  readonly rpId: string;
  readonly makers: readonly string[];
};

/** @see WebAuthn Level 3 §5.4 */
async function creationOptions(request: CreationRequest): Promise<WebAuthnJson> {
  const { rpId, makers, challenge, person, known } = request;
  const options = await generateRegistrationOptions({
    ...{ rpName: 'Kazasu', rpID: rpId, challenge: octets(challenge), timeout, supportedAlgorithmIDs },
    userID: octets(person.personId),
    userName: person.uid,
    userDisplayName: person.displayName,
    // Asking for a maker's word makes browsers ask the person: only where somebody would believe it.
    attestationType: makers.length > 0 ? 'direct' : 'none',
    excludeCredentials: known.map(({ credentialId, transports }) => {
      return { id: credentialId, transports: [...transports] };
    }),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  return json(options);
}

interface Place {
  readonly rpId: string;
  readonly origin: string;
}

/** @see WebAuthn Level 3 §7.1 */
async function verifyCreation(
  response: RegistrationResponseJSON,
  { rpId, origin, makers }: Place & { readonly makers: readonly string[] },
): Promise<CreatedCredential | undefined> {
  let challenge = '';
  const { verified, registrationInfo: made } = await verifyRegistrationResponse({
    ...{ response, expectedOrigin: origin, expectedRPID: rpId, supportedAlgorithmIDs },
    requireUserVerification: true,
    expectedChallenge: (signed) => {
      challenge = textOf(signed);
      return true;
    },
  });
  if (!verified) return undefined;
  const { credential } = made;
  return {
    challenge,
    credentialId: credential.id as CredentialId,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: credential.transports ?? [],
    aaguid: made.aaguid,
    deviceBound: made.credentialDeviceType === 'singleDevice',
    backedUp: made.credentialBackedUp,
    attested: isVouchedFor(made.attestationObject, makers),
  };
}

/** @see WebAuthn Level 3 §7.2 */
async function verifyAssertion(
  given: unknown,
  passkey: Passkey,
  { rpId, origin }: Place,
): Promise<Assertion | undefined> {
  const response = parseAssertion(given);
  if (response?.id !== passkey.credentialId) return undefined;
  let challenge = '';
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    ...{ response, expectedOrigin: origin, expectedRPID: rpId, requireUserVerification: true },
    expectedChallenge: (signed) => {
      challenge = textOf(signed);
      return true;
    },
    // The counter is held against the record in the step that also raises it; the library cannot.
    credential: { id: passkey.credentialId, publicKey: base64url(passkey.publicKey), counter: 0 },
  });
  // Bound to one device it was made, and so it stays. @see WebAuthn Level 3 §6.1.3
  const deviceBound = authenticationInfo.credentialDeviceType === 'singleDevice';
  if (!verified || deviceBound !== passkey.deviceBound) return undefined;
  const { userHandle } = response.response;
  return {
    challenge,
    counter: authenticationInfo.newCounter,
    backedUp: authenticationInfo.credentialBackedUp,
    ...(userHandle === undefined ? {} : { userHandle: textOf(userHandle) as PersonId }),
  };
}

/** The library throws for whatever does not fit; it asks nobody else, so nothing of that is a fault. */
async function orUndefined<T>(verify: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await verify();
  } catch {
    return undefined;
  }
}

function octets(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text));
}

function base64url(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

function textOf(encoded: string): string {
  return Buffer.from(encoded, 'base64url').toString();
}

function json(options: object): WebAuthnJson {
  return { ...options };
}
