import { beforeAll, describe, expect, it } from 'vitest';
import { encodeOcspRequest } from '../../../connectors/jpki/ocsp-request.ts';
import { checkOcspResponse, type OcspRefusal } from '../../../connectors/jpki/ocsp-response.ts';
import type { CertificateStatus } from '../../../idp/demo/authority/certification-authority.ts';
import type { CrlReason } from '../../../idp/demo/authority/crl-issuer.ts';
import { enumerated, nullValue, sequence } from '../../../idp/demo/authority/der-writer.ts';
import { createOcspResponder } from '../../../idp/demo/authority/ocsp-responder.ts';
import { ocspNonce, ocspRefusal } from '../../../idp/demo/authority/ocsp-response.ts';
import { type AnswerWorld, minuteMs, nonce, openAnswerWorld, unknownCritical } from './ocsp-answer.ts';

let world: AnswerWorld;
beforeAll(async () => {
  world = await openAnswerWorld();
});

const now = () => world.pki.now;
const revoked = (reason?: CrlReason, minutesAgo = 9) =>
  ({
    status: 'revoked',
    revocationDate: now() - minutesAgo * minuteMs,
    ...(reason === undefined ? {} : { reason }),
  }) as const;

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

const refusals: readonly (readonly [OcspRefusal, string, () => Uint8Array])[] = [
  ['malformed', 'nothing at all', () => new Uint8Array()],
  ['malformed', 'a web page', () => Buffer.from('<html>captive portal</html>')],
  ['malformed', 'half an answer', () => world.answer().subarray(0, 200)],
  ['malformed', 'an answer with something behind it', () => Buffer.concat([world.answer(), nonce])],
  ['malformed', 'an empty sequence', () => sequence()],
  ['malformed', 'a success that says nothing', () => sequence(enumerated(0))],
  ['try-later', 'a responder that is busy', () => ocspRefusal(3)],
  ['unauthorized', 'a responder that is not in charge', () => ocspRefusal(6)],
  ['not-successful', 'an internal error', () => ocspRefusal(2)],
  [
    'nonce-mismatch',
    'the answer to another request',
    () => world.answer({ extensions: [ocspNonce(Buffer.alloc(32, 8))] }),
  ],
  ['nonce-mismatch', 'a nonce cut short', () => world.answer({ extensions: [ocspNonce(nonce.subarray(1))] })],
  [
    'nonce-mismatch',
    'our nonce and another',
    () => world.answer({ extensions: [ocspNonce(nonce), ocspNonce(Buffer.alloc(32, 8))] }),
  ],
  ['other-certificate', 'another serial number', () => world.answer({ single: { certId: otherCertId() } })],
  ['contradictory', 'good and revoked', () => world.answer({ again: { status: revoked() } })],
  [
    'contradictory',
    'revoked at two times',
    () => world.answer({ single: { status: revoked() }, again: { status: revoked(undefined, 8) } }),
  ],
  [
    'contradictory',
    'revoked for two reasons',
    () => world.answer({ single: { status: revoked('superseded') }, again: { status: revoked() } }),
  ],
  [
    'unknown-critical-extension',
    'one of the answer',
    () => world.answer({ extensions: [ocspNonce(nonce), unknownCritical] }),
  ],
  [
    'unknown-critical-extension',
    'one of what is said about the certificate',
    () => world.answer({ single: { extensions: [unknownCritical] } }),
  ],
  ['not-yet-valid', 'an hour ahead', () => world.answer({ single: { thisUpdate: now() + 60 * minuteMs } })],
  [
    'stale',
    'said twice, once a day ago',
    () => world.answer({ again: { thisUpdate: now() - 1440 * minuteMs, nextUpdate: now() - minuteMs } }),
  ],
];

describe('an OCSP answer is refused as', () => {
  it.each(refusals)('%s: %s', (reason, _, response) => {
    expect(world.judge(response())).toEqual({ outcome: 'refused', reason });
  });
});

/** With the last bit turned. */
function turned(octets: Uint8Array): Uint8Array {
  const copy = Buffer.from(octets);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 1;
  return copy;
}
