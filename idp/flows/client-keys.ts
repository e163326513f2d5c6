import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { InvalidInput } from '../domain/fault.ts';
import type { ClientKeys, PublicJwk } from '../domain/oidc-settings.ts';
import { requireJwksUri } from './oidc-addresses.ts';

const mostKeys = 16;
const leastRsaBits = 2_048;
/** Of every kind of key: what only its owner has (RFC 7518 §6). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Reads public keys as clients hand them over: a JWK Set, one JWK, or certificates and public keys in PEM.
 * @throws {InvalidInput} `ERR_JWKS`
 * @see RFC 7517 §5; RFC 7468 §5 and §13
 */
export function parseClientKeys(text: string): ClientKeys {
  const keys = text.includes('-----BEGIN ') ? pemKeys(text) : jsonKeys(text);
  const found: ClientKeys = { from: 'inline', keys };
  requireClientKeys(found);
  return found;
}

/** @throws {InvalidInput} `ERR_JWKS`, `ERR_JWKS_URI` */
export function requireClientKeys(keys: ClientKeys): void {
  if (keys.from === 'uri') {
    requireJwksUri(keys.uri);
    return;
  }
  if (keys.keys.length === 0 || keys.keys.length > mostKeys) throw wrong(`1 to ${mostKeys} keys`);
  for (const key of keys.keys) requireUsable(key);
}

function requireUsable(jwk: PublicJwk): void {
  if (privateMembers.some((member) => jwk[member] !== undefined)) {
    throw wrong('public keys alone: this one is private or a secret. Keep it where it is, and make another');
  }
  const key = read(() => createPublicKey({ key: { ...jwk }, format: 'jwk' }));
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const fits =
    (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') ||
    (key.asymmetricKeyType === 'rsa' && modulusLength >= leastRsaBits) ||
    key.asymmetricKeyType === 'ed25519';
  if (!fits) throw wrong(`keys of P-256, Ed25519, or RSA of ${leastRsaBits} bits and more`);
}

function jsonKeys(text: string): readonly PublicJwk[] {
  const json: unknown = read(() => JSON.parse(text));
  if (typeof json !== 'object' || json === null) throw wrong('a JWK Set');
  const keys: unknown = Reflect.get(json, 'keys') ?? [json];
  const fits = Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null);
  if (!fits) throw wrong('a JWK Set');
  return keys as PublicJwk[];
}

function pemKeys(text: string): readonly PublicJwk[] {
  const blocks = text.match(/-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g) ?? [];
  return blocks.map((block) => {
    if (block.includes('PRIVATE KEY')) throw wrong('public keys alone: this file holds a private one');
    if (!block.startsWith('-----BEGIN CERTIFICATE-')) return jwkOf(read(() => createPublicKey(block)));
    const certificate = read(() => new X509Certificate(block));
    return { ...jwkOf(certificate.publicKey), x5c: [certificate.raw.toString('base64')] };
  });
}

function jwkOf(key: KeyObject): PublicJwk {
  return { ...key.export({ format: 'jwk' }) };
}

/** Without the cause: a parser's message may repeat what it could not read. */
function read<T>(parse: () => T): T {
  try {
    return parse();
  } catch {
    throw wrong('a JWK Set, a JWK, or certificates and public keys in PEM');
  }
}

function wrong(what: string): InvalidInput {
  return new InvalidInput('ERR_JWKS', `The client’s keys are ${what}.`);
}
