import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { proofMessage } from '../../../../idp/domain/proof-message.ts';
import { type Challenge, openChallenge } from '../../../../idp/wire/challenge.ts';
import { type EnrolmentAnswer, enrolPath } from '../../../../idp/wire/enrolment.ts';
import { signRegistrationRequest } from '../../../../idp/wire/registration.ts';
import {
  signTap,
  type TapAnswer,
  type TapClaims,
  tapsPath,
  type WireEvidence,
} from '../../../../idp/wire/tap-jwt.ts';

/** The DER of a certificate that `believingVerifier` accepts: its serial number as text. */
export function certificateOf(serialNumber: string): string {
  return Buffer.from(serialNumber).toString('base64');
}

/** A signature that `believingVerifier` accepts. */
export function signatureOf(message: Uint8Array): Buffer {
  return createHash('sha256').update(message).digest();
}

type UnsignedTap = Omit<TapClaims, 'iss' | 'aud' | 'jti'>;

/** A bridge without a reader: enrols, opens challenges, posts what a card would have said. */
export class SoftwareBridge {
  readonly #key: KeyObject;
  readonly answer: EnrolmentAnswer;

  private constructor(key: KeyObject, answer: EnrolmentAnswer) {
    this.#key = key;
    this.answer = answer;
  }

  static async enrol(issuer: string, code: string): Promise<SoftwareBridge> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const response = await fetch(`${issuer}${enrolPath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, publicKey: publicKey.export({ format: 'jwk' }) }),
    });
    if (!response.ok) throw new Error(`enrolment: ${response.status} ${await response.text()}`);
    return new SoftwareBridge(privateKey, (await response.json()) as EnrolmentAnswer);
  }

  /** What the browser brought: `http://127.0.0.1:…/present?challenge=…`. */
  open(presentUrl: string, now: number): Promise<Challenge> {
    const { issuer, challengeKeys } = this.answer;
    const challenge = new URL(presentUrl).searchParams.get('challenge') ?? '';
    return openChallenge(challenge, { issuer, keys: challengeKeys }, new Date(now));
  }

  /** Signs and posts a tap for a challenge, with the evidence that the demand asks for. */
  async tap(challenge: Challenge, serialNumber: string, now: number): Promise<Response> {
    const iat = Math.floor(now / 1_000);
    const { nonce } = challenge;
    return this.post({ iat, nonce, evidence: this.#evidence(challenge, serialNumber, iat) });
  }

  /** Posts any tap that this reader's key signs. */
  async post(claims: UnsignedTap): Promise<Response> {
    return fetch(`${this.answer.issuer}${tapsPath}`, {
      method: 'POST',
      headers: { 'content-type': 'application/jwt' },
      body: await this.sign(claims),
    });
  }

  sign(claims: UnsignedTap): Promise<string> {
    const { readerId, issuer } = this.answer;
    return signTap({ iss: readerId, aud: issuer, jti: randomUUID(), ...claims }, this.#key);
  }

  registrationRequest(inviteCode: string, now: number): Promise<string> {
    const { readerId, issuer } = this.answer;
    const iat = Math.floor(now / 1_000);
    return signRegistrationRequest(
      { iss: readerId, aud: issuer, jti: randomUUID(), iat, inviteCode },
      this.#key,
    );
  }

  /** The whole of a presentation: @returns where the bridge sends the browser. */
  async present(presentUrl: string, serialNumber: string, now: number): Promise<string> {
    const response = await this.tap(await this.open(presentUrl, now), serialNumber, now);
    const body = await response.text();
    if (!response.ok) throw new Error(`tap: ${response.status} ${body}`);
    return `${this.answer.returnUrl}?code=${(JSON.parse(body) as TapAnswer).returnCode}`;
  }

  #evidence({ demand, nonce }: Challenge, serialNumber: string, iat: number): WireEvidence {
    const certificate = certificateOf(serialNumber);
    if (demand === 'tap') return { type: 'certificate', certificate };
    const { issuer, readerId } = this.answer;
    const message = proofMessage({ purpose: 'login', issuer, readerId, nonce, issuedAtSeconds: iat });
    return { type: 'signature', certificate, signature: signatureOf(message).toString('base64') };
  }
}
