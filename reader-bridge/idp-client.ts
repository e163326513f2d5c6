import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import { decodeProtectedHeader, type JWK } from 'jose';
import { InvalidInput } from '../idp/domain/fault.ts';
import { type Challenge, openChallenge } from '../idp/wire/challenge.ts';
import { challengeKeysPath, type EnrolmentAnswer } from '../idp/wire/enrolment.ts';
import {
  proofPath,
  type RegistrationAnswer,
  type RegistrationOffer,
  registrationsPath,
  signRegistrationRequest,
} from '../idp/wire/registration.ts';
import { signTap, type TapAnswer, tapsPath, type WireEvidence } from '../idp/wire/tap-jwt.ts';
import type { BridgeState, Enrolment } from './bridge-state.ts';
import type { BridgeClock } from './system-clock.ts';
import { callProvider, type WireOutcome } from './wire-call.ts';

/** What was read, and when: whole seconds since 1970, the time inside a signed message. */
export interface TapRead {
  readonly evidence: WireEvidence;
  readonly readAtSeconds: number;
}

/** Keys are asked for again at most this often, whatever unknown names come along. */
const keysMinAgeMs = 60_000;

/** The enrolled provider, as the bridge calls it. Every call of it is signed with this reader's key. */
export class IdpClient {
  readonly provider: EnrolmentAnswer;
  readonly #state: BridgeState;
  readonly #clock: BridgeClock;
  readonly #privateJwk: JWK;
  readonly #privateKey: KeyObject;
  #challengeKeys: readonly JWK[];
  #keysAskedAt = Number.NEGATIVE_INFINITY;

  constructor(enrolment: Enrolment, state: BridgeState, clock: BridgeClock) {
    this.provider = enrolment.provider;
    this.#state = state;
    this.#clock = clock;
    this.#privateJwk = enrolment.privateKey;
    this.#privateKey = createPrivateKey({ key: enrolment.privateKey, format: 'jwk' });
    this.#challengeKeys = enrolment.provider.challengeKeys;
  }

  /** Now, as taps and signed messages say it. */
  nowSeconds(): number {
    return Math.floor(this.#clock.now() / 1_000);
  }

  /**
   * Posts a tap: the answer to a prompt by its nonce, or an unprompted one with the next count.
   * @throws {Fault} `ERR_IDP_UNREACHABLE`.
   */
  async postTap(
    tap: TapRead & { readonly nonce?: string; readonly language: string },
  ): Promise<WireOutcome<TapAnswer>> {
    const which = tap.nonce === undefined ? { counter: this.#state.nextCounter() } : { nonce: tap.nonce };
    return this.#post(tapsPath, await this.#signedTap(tap, which), tap.language);
  }

  /** Takes an invitation. @throws {Fault} `ERR_IDP_UNREACHABLE`. */
  async requestRegistration(inviteCode: string, language: string): Promise<WireOutcome<RegistrationOffer>> {
    const { readerId, issuer } = this.provider;
    const request = { iss: readerId, aud: issuer, iat: this.nowSeconds(), jti: randomUUID(), inviteCode };
    return this.#post(registrationsPath, await signRegistrationRequest(request, this.#privateKey), language);
  }

  /** Posts the card's signature over a registration. @throws {Fault} `ERR_IDP_UNREACHABLE`. */
  async postProof(
    proof: TapRead & { readonly registrationId: string; readonly nonce: string; readonly language: string },
  ): Promise<WireOutcome<RegistrationAnswer>> {
    const signed = await this.#signedTap(proof, { nonce: proof.nonce });
    return this.#post(proofPath(proof.registrationId), signed, proof.language);
  }

  /**
   * Opens a challenge that a browser brought. A key that we do not know yet is asked for once.
   * @throws {InvalidInput} `ERR_CHALLENGE`.
   */
  async openChallenge(token: string): Promise<Challenge> {
    const { issuer } = this.provider;
    if (!this.#knowsKeyOf(token)) await this.#refreshKeys();
    const now = this.#clock.now();
    return openChallenge(token, { issuer, keys: this.#challengeKeys }, new Date(now));
  }

  #knowsKeyOf(token: string): boolean {
    try {
      const { kid } = decodeProtectedHeader(token);
      return this.#challengeKeys.some((key) => key.kid === kid);
    } catch (cause) {
      throw new InvalidInput('ERR_CHALLENGE', 'What the browser brought is no challenge.', cause);
    }
  }

  async #refreshKeys(): Promise<void> {
    if (this.#clock.now() - this.#keysAskedAt < keysMinAgeMs) return;
    this.#keysAskedAt = this.#clock.now();
    const url = `${this.provider.issuer}${challengeKeysPath}`;
    const answer = await callProvider<{ readonly keys?: readonly JWK[] }>({ url, language: 'en' });
    if (answer.outcome !== 'accepted' || !Array.isArray(answer.body.keys)) return;
    this.#challengeKeys = answer.body.keys;
    const provider = { ...this.provider, challengeKeys: this.#challengeKeys };
    this.#state.saveEnrolment({ provider, privateKey: this.#privateJwk });
  }

  #signedTap(
    { evidence, readAtSeconds }: TapRead,
    which: { readonly nonce: string } | { readonly counter: number },
  ): Promise<string> {
    const { readerId, issuer } = this.provider;
    return signTap(
      { iss: readerId, aud: issuer, iat: readAtSeconds, jti: randomUUID(), evidence, ...which },
      this.#privateKey,
    );
  }

  #post<Body>(path: string, text: string, language: string): Promise<WireOutcome<Body>> {
    const url = `${this.provider.issuer}${path}`;
    return callProvider({ url, body: { type: 'application/jwt', text }, language });
  }
}
