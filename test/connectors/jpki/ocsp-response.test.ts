import { beforeAll, describe, expect, it } from 'vitest';
import { encodeOcspRequest } from '../../../connectors/jpki/ocsp-request.ts';
import { checkOcspResponse } from '../../../connectors/jpki/ocsp-response.ts';
import type { CertificateStatus } from '../../../idp/demo/authority/certification-authority.ts';
import type { CrlReason } from '../../../idp/demo/authority/crl-issuer.ts';
import { nullValue } from '../../../idp/demo/authority/der-writer.ts';
import { createOcspResponder } from '../../../idp/demo/authority/ocsp-responder.ts';
import { ocspNonce } from '../../../idp/demo/authority/ocsp-response.ts';
import { type AnswerWorld, minuteMs, nonce, openAnswerWorld } from './ocsp-answer.ts';

let world: AnswerWorld;
beforeAll(async () => {
  world = await openAnswerWorld();
});

const now = () => world.pki.now;
const revoked = (reason?: CrlReason) =>
  ({
    status: 'revoked',
    revocationDate: now() - 9 * minuteMs,
    ...(reason === undefined ? {} : { reason }),
  }) as const;

/** What is refused as what stands as files in `test/vectors/ocsp`; here: what is said, and where the limits are. */
describe('an OCSP answer', () => {
  it('says good, and of when', () => {
    expect(world.judge(world.answer())).toMatchObject({
      outcome: 'answered',
      answer: { status: 'good', thisUpdate: now() - minuteMs },
      boreNonce: true,
    });
  });

  it.each(['keyCompromise', 'certificateHold', 'unspecified'] as const)(
    'says revoked, since when, and why: %s',
    (reason) => {
      expect(world.judge(world.answer({ single: { status: revoked(reason) } }))).toMatchObject({
        outcome: 'answered',
        answer: { status: 'revoked', revocationTime: now() - 9 * minuteMs, reason },
      });
    },
  );

  it.each([
    ['without a reason', undefined],
    ['to be taken off a list, which OCSP cannot say,', 'removeFromCRL'],
  ] as const)('that says revoked %s says revoked', (_, reason) => {
    const verdict = world.judge(world.answer({ single: { status: revoked(reason) } }));
    const answer = { status: 'revoked', revocationTime: now() - 9 * minuteMs };
    expect(verdict).toEqual({ outcome: 'answered', answer, producedAt: now(), boreNonce: true });
  });

  it('says unknown, which is not revoked', () => {
    expect(world.judge(world.answer({ single: { status: { status: 'unknown' } } }))).toMatchObject({
      outcome: 'answered',
      answer: { status: 'unknown' },
    });
  });

  it('that calls a certificate revoked because nobody issued it says unknown: no card ends by it for good', () => {
    const neverIssued = { status: 'revoked', revocationDate: 0, reason: 'certificateHold' } as const;
    const extendedRevoke = { oid: '1.3.6.1.5.5.7.48.1.9', critical: false, value: nullValue() };
    const extensions = [ocspNonce(nonce), extendedRevoke];
    const said = (status: CertificateStatus, saying = extensions) =>
      world.judge(world.answer({ extensions: saying, single: { status } }));
    expect(said(neverIssued)).toMatchObject({ answer: { status: 'unknown' } });
    expect(said(neverIssued, [ocspNonce(nonce)])).toMatchObject({ answer: { status: 'revoked' } });
    expect(said(revoked('certificateHold'))).toMatchObject({ answer: { status: 'revoked' } });
  });

  it('may say the same twice', () => {
    const twice = world.answer({ again: { thisUpdate: now() - 2 * minuteMs } });
    expect(world.judge(twice)).toMatchObject({ answer: { status: 'good', thisUpdate: now() - minuteMs } });
  });

  it('may say more about another certificate', () => {
    const more = world.answer({ again: { certId: otherCertId(), status: revoked() } });
    expect(world.judge(more)).toMatchObject({ answer: { status: 'good' } });
  });

  it('counts until its nextUpdate', () => {
    const at = (nextUpdate: number) => world.judge(world.answer({ single: { nextUpdate } }));
    expect(at(now()).outcome).toBe('answered');
    expect(at(now() - 1000)).toEqual({ outcome: 'refused', reason: 'stale' });
  });

  it('counts for a day at most, whatever its nextUpdate', () => {
    const at = (thisUpdate: number) => world.judge(world.answer({ single: { thisUpdate } }));
    const dayAgo = now() - 24 * 60 * minuteMs;
    expect(at(dayAgo).outcome).toBe('answered');
    expect(at(dayAgo - 1000)).toEqual({ outcome: 'refused', reason: 'stale' });
  });

  it.each(['sha1', 'sha256'] as const)('of our own responder answers a certID by %s', async (digest) => {
    const respond = createOcspResponder({ authorities: [world.pki.older, world.pki.newer], now });
    const asked = world.question(digest);
    const response = await respond(encodeOcspRequest(asked.certId, nonce));
    expect(checkOcspResponse(response, asked, now())).toMatchObject({ answer: { status: 'good' } });
    expect(world.pki.newer.statusOf(world.serialNumber)).toEqual({ status: 'good' });
  });
});

describe('an OCSP answer without a nonce', () => {
  const at = (thisUpdate: number, change = {}) =>
    world.judge(world.answer({ extensions: [], single: { thisUpdate } }), change);

  it('counts while it is at most 15 minutes old, and says that it bore none', () => {
    expect(at(now() - 15 * minuteMs)).toMatchObject({ outcome: 'answered', boreNonce: false });
    expect(at(now() - 15 * minuteMs - 1000)).toEqual({ outcome: 'refused', reason: 'stale' });
  });

  it('is none where the nonce is required', () => {
    expect(at(now(), { nonceRequired: true })).toEqual({ outcome: 'refused', reason: 'nonce-missing' });
    expect(world.judge(world.answer(), { nonceRequired: true }).outcome).toBe('answered');
  });

  it('is what a question without one gets: a nonce that nobody sent belongs to another question', () => {
    const { nonce: _, ...asked } = world.question();
    const unasked = checkOcspResponse(world.answer(), asked, now());
    expect(unasked).toEqual({ outcome: 'refused', reason: 'nonce-mismatch' });
    const fitting = world.answer({ extensions: [], single: { thisUpdate: now() - 15 * minuteMs } });
    expect(checkOcspResponse(fitting, asked, now())).toMatchObject({ outcome: 'answered' });
  });
});

const otherCertId = (): Uint8Array => turned(world.certIdDer);

describe('an OCSP answer that says two things is refused', () => {
  it('as contradictory where it gives two reasons', () => {
    const twoReasons = { single: { status: revoked('superseded') }, again: { status: revoked() } };
    const refused = { outcome: 'refused', reason: 'contradictory' };
    expect(world.judge(world.answer(twoReasons))).toEqual(refused);
  });

  it('as stale where one of them is over', () => {
    const again = { thisUpdate: now() - 1440 * minuteMs, nextUpdate: now() - minuteMs };
    expect(world.judge(world.answer({ again }))).toEqual({ outcome: 'refused', reason: 'stale' });
  });
});

/** With the last bit turned. */
function turned(octets: Uint8Array): Uint8Array {
  const copy = Buffer.from(octets);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 1;
  return copy;
}
