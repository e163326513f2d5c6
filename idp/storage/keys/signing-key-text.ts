import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import {
  parseSigningAlgorithm,
  type SigningKeyFacts,
  type SigningKeyState,
  type WantedKey,
} from '../../domain/signing-key.ts';
import type { PrivateJwk } from '../../ports/signing-keys.ts';

/** A key of the file: a withdrawn one has no private half any more. */
export interface StoredKey {
  readonly facts: SigningKeyFacts;
  readonly jwk?: PrivateJwk;
}

const states: readonly string[] = ['next', 'current', 'retiring', 'withdrawn'] satisfies SigningKeyState[];
type Member = JWK & { readonly state?: unknown; readonly since?: unknown };
/** RFC 7518 §3.3 asks for 2048 at least; more makes every signature slower. */
const rsaBits = 2048;

/** Makes a key. A `kid` that begins with a dash would read as an option on the command line. */
export async function makeKey({ alg, state, since }: WantedKey): Promise<StoredKey> {
  for (;;) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: rsaBits });
    const jwk = await exportJWK(privateKey);
    const kid = await calculateJwkThumbprint(jwk);
    if (!kid.startsWith('-')) return { facts: { kid, alg, state, since }, jwk: privateJwk(jwk, kid, alg) };
  }
}

/**
 * Reads the file of the keys. One that an earlier version wrote tells no states: the first key signs, as it did there.
 * @returns `undefined` when it cannot be read.
 */
export function readKeys(text: string, writtenAt: number): readonly StoredKey[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { readonly keys?: unknown };
    if (!Array.isArray(keys)) return undefined;
    const read = keys.map((key, index) => readKey(key as Member, index, writtenAt));
    return read.some(({ facts }) => facts.state === 'current') ? read : undefined;
  } catch {
    // Without its cause: the message of a parser may repeat what it could not read.
    return undefined;
  }
}

/** A JWK Set with two members of ours in every key. @see RFC 7517 §4 (additional members) */
export function keysText(keys: readonly StoredKey[]): string {
  const members = keys.map(({ facts: { kid, alg, state, since }, jwk }) => ({
    ...(jwk ?? { kid, alg }),
    state,
    since: new Date(since).toISOString(),
  }));
  return `${JSON.stringify({ keys: members })}\n`;
}

function readKey(member: Member, index: number, writtenAt: number): StoredKey {
  const { state = index === 0 ? 'current' : 'retiring', since, ...jwk } = member;
  const at = since === undefined ? writtenAt : Date.parse(String(since));
  const alg = parseSigningAlgorithm(jwk.alg ?? '');
  if (
    alg === undefined ||
    typeof jwk.kid !== 'string' ||
    !states.includes(String(state)) ||
    Number.isNaN(at)
  ) {
    throw new TypeError('no key of ours');
  }
  const facts = { kid: jwk.kid, alg, state: state as SigningKeyState, since: at };
  if (state === 'withdrawn') return { facts };
  createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
  return { facts, jwk: privateJwk(jwk, jwk.kid, alg) };
}

function privateJwk(jwk: JWK, kid: string, alg: string): PrivateJwk {
  return { ...jwk, kty: jwk.kty ?? '', kid, alg, use: 'sig' };
}
