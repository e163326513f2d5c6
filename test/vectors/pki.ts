import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CertificationAuthority, type KeyPair } from '../../idp/demo/authority/certification-authority.ts';
import { type Anchor, readAnchor } from '../../idp/jpki/anchors.ts';
import { type TestPki, testDay } from '../support/test-pki.ts';

/**
 * The fixed world of the vectors: keys that lie beside them, three generations of one authority under one name, and
 * the one moment at which everything is judged.
 */
export interface VectorPki extends TestPki {
  /** Its certificate ended a year ago; it is still pinned. */
  readonly oldest: CertificationAuthority;
  readonly key: (name: TestKeyName) => KeyPair;
  /** Nobody pinned it, and its name is the right one. */
  readonly strangeAuthority: () => CertificationAuthority;
}

/** RSA unless said otherwise. They are published with the tests: whoever trusts one of them trusts everybody. */
export const testKeys = {
  'oldest-authority': { modulusLength: 2048 },
  'older-authority': { modulusLength: 2048 },
  'newer-authority': { modulusLength: 2048 },
  holder: { modulusLength: 2048 },
  'another-holder': { modulusLength: 2048 },
  stranger: { modulusLength: 2048 },
  'rsa-1024': { modulusLength: 1024 },
  'rsa-3072': { modulusLength: 3072 },
  'rsa-exponent-3': { modulusLength: 2048, publicExponent: 3 },
  'p-256': { namedCurve: 'P-256' },
  'p-384': { namedCurve: 'P-384' },
} as const;

export type TestKeyName = keyof typeof testKeys;

export const vectorsDirectory = import.meta.dirname;
export const keyFile = (name: TestKeyName): string => join(vectorsDirectory, 'keys', `test-key.${name}.pem`);

/** When everything is judged. */
export const judgedAt = testDay;
export const second = 1000;
export const hour = 3600 * second;
export const day = 24 * hour;
const year = 365 * day;

function readKey(name: TestKeyName): KeyPair {
  const pem = readFileSync(keyFile(name));
  return { privateKey: createPrivateKey(pem), publicKey: createPublicKey(pem) };
}

/** The pinned certificates as they lie in `anchors/`. */
export function pinnedAnchors(): readonly Anchor[] {
  const directory = join(vectorsDirectory, 'anchors');
  return readdirSync(directory)
    .sort()
    .map((name) => readAnchor(readFileSync(join(directory, name))));
}

/** The generations, each with its numbers starting anew: no vector depends on those made before it. */
export function authoritiesOf(key: VectorPki['key']): Pick<VectorPki, 'oldest' | 'older' | 'newer'> {
  const now = judgedAt;
  return {
    oldest: new CertificationAuthority({
      keyPair: key('oldest-authority'),
      notBefore: now - 11 * year,
      notAfter: now - year,
      serialNumber: 0x0100_0001,
      firstSerialNumber: 0x0900_0001,
    }),
    older: new CertificationAuthority({
      keyPair: key('older-authority'),
      notBefore: now - 5 * year,
      serialNumber: 0x0133_0001,
      firstSerialNumber: 0x0a00_0001,
    }),
    newer: new CertificationAuthority({
      keyPair: key('newer-authority'),
      notBefore: now - year,
      serialNumber: 0x06d1_0002,
      firstSerialNumber: 0x0b00_0001,
    }),
  };
}

/** Opens the world; its keys must be there. */
export function openVectorPki(): VectorPki {
  const kept = new Map<TestKeyName, KeyPair>();
  const key = (name: TestKeyName): KeyPair => {
    const pair = kept.get(name) ?? readKey(name);
    kept.set(name, pair);
    return pair;
  };
  const authorities = authoritiesOf(key);
  return {
    ...authorities,
    now: judgedAt,
    holder: key('holder'),
    key,
    strangeAuthority: () =>
      new CertificationAuthority({ keyPair: key('stranger'), notBefore: judgedAt - year }),
    anchors: Object.values(authorities).map(({ certificate }) => readAnchor(certificate)),
  };
}
