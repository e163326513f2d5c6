import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { Fault } from '../../domain/fault.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import { recordFileName } from '../file-names.ts';
import { KeyFiles } from './key-files.ts';
import { SigningKeyFile } from './signing-key-file.ts';

const code = 'ERR_KEYS_UNAVAILABLE';
const secretOctets = 32;
const cookieKeyCount = 2;
const pairwiseSaltName = 'pairwise.salt';

/** An ES256 key (RFC 7518 §3.4) for one kind of token. */
export interface SigningKey {
  /** The key's thumbprint (RFC 7638). */
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: JWK;
}

/** Every secret of an installation; each in a file of its own, none in the record's backup (design: separate secrets). */
export interface Keys {
  /** Finds cards. */
  readonly cardKeySecret: KeyObject;
  /** Seals card numbers and certificates. */
  readonly numberKey: KeyObject;
  /** Seals what stands in Redis. */
  readonly indexKey: KeyObject;
  /** Seals client secrets, which `client_secret_basic` needs in clear. */
  readonly clientSecretKey: KeyObject;
  /** The first signs, all verify. */
  readonly cookieKeys: readonly string[];
  /** Keys of ID tokens, logout tokens and JWT access tokens. */
  readonly signing: SigningKeys;
  /** Signs challenges for bridges. */
  readonly challengeKey: SigningKey;
  readonly auditCheckpointKey: SigningKey;
  /** Makes pairwise subjects. */
  readonly pairwiseSalt: KeyObject;
}

/**
 * Loads the keys in `{dataDir}/keys`, making them as long as there is no record that needs the ones that were there.
 * @throws {Fault} `ERR_KEYS_UNAVAILABLE` when one is missing, damaged, or readable by others; the message says what to do.
 */
export async function openKeyDirectory(dataDir: string): Promise<Keys> {
  const mayCreate = !existsSync(join(dataDir, recordFileName));
  const files = await KeyFiles.open(join(dataDir, 'keys'), mayCreate);
  const secret = async (name: string) => toSecret(name, await files.load(name, newSecret));
  const signing = async (name: string) => toSigningKey(name, await files.load(name, newSigningJwk));
  const cookies = await files.load('cookie.keys', newCookieKeys);
  return {
    cardKeySecret: await secret('card-key.secret'),
    numberKey: await secret('number.key'),
    indexKey: await secret('index.key'),
    clientSecretKey: await secret('client-secret.key'),
    cookieKeys: toCookieKeys(cookies),
    signing: await SigningKeyFile.open(files),
    challengeKey: await signing('challenge.jwk'),
    auditCheckpointKey: await signing('audit-checkpoint.jwk'),
    pairwiseSalt: toSecret(pairwiseSaltName, await files.loadAdded(pairwiseSaltName, newSecret)),
  };
}

function newSecret(): string {
  return `${randomBytes(secretOctets).toString('base64url')}\n`;
}

function newCookieKeys(): string {
  return Array.from({ length: cookieKeyCount }, newSecret).join('');
}

async function newSigningJwk(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  return JSON.stringify({ ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' });
}

function toSecret(name: string, text: string): KeyObject {
  const octets = Buffer.from(text.trim(), 'base64url');
  if (octets.length !== secretOctets) throw damaged(name);
  return createSecretKey(octets);
}

function toCookieKeys(text: string): readonly string[] {
  const keys = text.split('\n').filter((line) => line !== '');
  if (keys.length === 0 || keys.some((key) => key.length < secretOctets)) throw damaged('cookie.keys');
  return keys;
}

function toSigningKey(name: string, text: string): SigningKey {
  const jwk = parse(name, text);
  const { kid } = jwk;
  if (typeof kid !== 'string' || jwk.crv !== 'P-256') throw damaged(name);
  try {
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    const publicKey = createPublicKey(privateKey);
    const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' } as JWK;
    return { kid, privateKey, publicKey, publicJwk };
  } catch {
    // Without its cause: the message of a parser may repeat what it could not read.
    throw damaged(name);
  }
}

function parse(name: string, text: string): { [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // As in `toSigningKey`.
  }
  throw damaged(name);
}

function damaged(name: string): Fault {
  return new Fault(code, `The key file ${name} cannot be read as a key. Restore it from its backup.`);
}
