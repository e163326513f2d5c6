import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyIdentifier, ocspNoCheck } from '../../../idp/demo/authority/certificate-template.ts';
import { type AnswerWorld, type Delegation, openAnswerWorld, without } from './ocsp-answer.ts';

let world: AnswerWorld;
beforeAll(async () => {
  world = await openAnswerWorld();
});

/** An answer by the holder's key, under a responder's certificate. */
const delegated = (delegation: Delegation = {}): Uint8Array =>
  world.answer({ signer: world.pki.holder, certificate: world.delegate(delegation) });

const extKeyUsage = '2.5.29.37';
const unchecked = () => delegated({ change: without(ocspNoCheck.oid) });

/** Most of who is believed, and who is not, stands as files in `test/vectors/ocsp`. */
describe('an OCSP answer is believed', () => {
  it('of a delegate in the last second of its certificate', () => {
    const response = delegated({ notAfter: world.pki.now });
    expect(world.judge(response)).toMatchObject({ outcome: 'answered' });
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

describe('an OCSP answer is not believed', () => {
  it('of a certificate of the issuer that says no purpose', () => {
    const response = delegated({ change: without(extKeyUsage) });
    expect(world.judge(response)).toEqual({ outcome: 'refused', reason: 'responder-not-authorized' });
  });

  it("where a delegate signed and the issuer's key is named", () => {
    const response = world.answer({
      signer: world.pki.holder,
      certificate: world.delegate(),
      responderKeyId: keyIdentifier(world.pki.newer.keyPair.publicKey),
    });
    expect(world.judge(response)).toEqual({ outcome: 'refused', reason: 'responder-id-mismatch' });
  });
});
