import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SignerRefusal } from '../../../connectors/jpki/ocsp-signer.ts';
import {
  extendedKeyUsage,
  keyIdentifier,
  keyUsage,
  ocspNoCheck,
} from '../../../idp/demo/authority/certificate-template.ts';
import { encodeName } from '../../../idp/demo/authority/names.ts';
import {
  type AnswerWorld,
  type Delegation,
  minuteMs,
  openAnswerWorld,
  unknownCritical,
  without,
} from './ocsp-answer.ts';

let world: AnswerWorld;
beforeAll(async () => {
  world = await openAnswerWorld();
});

/** An answer by the holder's key, under a responder's certificate. */
const delegated = (delegation: Delegation = {}): Uint8Array =>
  world.answer({ signer: world.pki.holder, certificate: world.delegate(delegation) });

const oid = { keyUsage: '2.5.29.15', extKeyUsage: '2.5.29.37' };
const unchecked = () => delegated({ change: without(ocspNoCheck.oid) });

describe('an OCSP answer is believed', () => {
  it.each<[string, () => Uint8Array]>([
    ['the issuer, by its key', () => world.answer()],
    ['the issuer, by its name', () => world.answer({ responderName: encodeName(world.pki.newer.name) })],
    ['a delegate of the issuer', () => delegated()],
    ['a delegate whose key usage says nothing', () => delegated({ change: without(oid.keyUsage) })],
    ['a delegate in the last second of its certificate', () => delegated({ notAfter: world.pki.now })],
  ])('of %s', (_, response) => {
    expect(world.judge(response())).toMatchObject({ outcome: 'answered' });
  });

  it('of a delegate that does not say "do not check me" only where that is allowed', () => {
    expect(world.judge(unchecked(), { nocheck: 'optional' })).toMatchObject({ outcome: 'answered' });
    expect(world.judge(unchecked())).toEqual({ outcome: 'refused', reason: 'responder-not-checked' });
  });

  it('of a delegate with an elliptic key', () => {
    const signer = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const certificate = world.delegate({ publicKey: signer.publicKey });
    expect(world.judge(world.answer({ signer, certificate }))).toMatchObject({ outcome: 'answered' });
  });
});

const refusals: readonly (readonly [SignerRefusal, string, () => Uint8Array])[] = [
  ['signature-invalid', "a stranger's signature", () => world.answer({ signer: world.pki.holder })],
  [
    'signature-invalid',
    "the other generation's signature",
    () => world.answer({ signer: world.pki.older.keyPair }),
  ],
  ['signature-invalid', 'a bit turned', () => turned(world.answer())],
  ['algorithm-not-allowed', 'SHA-1', () => withSha1(world.answer())],
  ['algorithm-not-allowed', 'a delegate with 1024 bits', weakDelegate],
  [
    'responder-not-authorized',
    'a delegate of the other generation, which has the same name',
    () => delegated({ authority: world.pki.older }),
  ],
  [
    'responder-not-authorized',
    'a delegate whose certificate has expired',
    () => delegated({ notBefore: world.pki.now - 9 * minuteMs, notAfter: world.pki.now - minuteMs }),
  ],
  [
    'responder-not-authorized',
    'a delegate whose certificate begins later',
    () => delegated({ notBefore: world.pki.now + minuteMs, notAfter: world.pki.now + 9 * minuteMs }),
  ],
  [
    'responder-not-authorized',
    'a card holder who answers for the own card',
    () => world.answer({ signer: world.pki.holder, certificate: world.der }),
  ],
  [
    'responder-not-authorized',
    'a certificate for any purpose',
    () => delegated({ change: without(oid.extKeyUsage, extendedKeyUsage('2.5.29.37.0')) }),
  ],
  [
    'responder-not-authorized',
    'a certificate that says no purpose',
    () => delegated({ change: without(oid.extKeyUsage) }),
  ],
  [
    'responder-not-authorized',
    'a key that only enciphers',
    () => delegated({ change: without(oid.keyUsage, keyUsage(2)) }),
  ],
  [
    'responder-not-authorized',
    'a certificate with an unknown critical extension',
    () => delegated({ change: without('', unknownCritical) }),
  ],
  ['responder-not-checked', 'a delegate that does not say "do not check me"', unchecked],
  [
    'responder-id-mismatch',
    "the other generation's key",
    () => world.answer({ responderKeyId: world.pki.older.keyId }),
  ],
  [
    'responder-id-mismatch',
    "somebody else's name",
    () => world.answer({ responderName: encodeName([['CN', 'Somebody else']]) }),
  ],
  [
    'responder-id-mismatch',
    "the issuer's key where a delegate signed",
    () =>
      world.answer({
        signer: world.pki.holder,
        certificate: world.delegate(),
        responderKeyId: keyIdentifier(world.pki.newer.keyPair.publicKey),
      }),
  ],
];

describe('who signed an OCSP answer is refused as', () => {
  it.each(refusals)('%s: %s', (reason, _, response) => {
    expect(world.judge(response())).toEqual({ outcome: 'refused', reason });
  });
});

function weakDelegate(): Uint8Array {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const signer = { privateKey, publicKey: createPublicKey(privateKey) };
  return world.answer({ signer, certificate: world.delegate({ publicKey: signer.publicKey }) });
}

function withSha1(response: Uint8Array): Uint8Array {
  const copy = Buffer.from(response);
  copy.write('2a864886f70d010105', copy.lastIndexOf('2a864886f70d01010b', undefined, 'hex'), 'hex');
  return copy;
}

function turned(response: Uint8Array): Uint8Array {
  const copy = Buffer.from(response);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 1;
  return copy;
}
