import { createPrivateKey, randomUUID } from 'node:crypto';
import { signTap, tapsPath, type WireRefusal } from '../../wire/tap-jwt.ts';
import { type ActFunction, done, refused } from './act-parts.ts';

/** What somebody with a copied reader key and a copied certificate can do, and what not: the same tap counts once. */
export const replay: ActFunction = async ({ world, issued }) => {
  const { context, stolenReader, journal } = world;
  const now = context.clock.now();
  const tap = await signTap(
    {
      iss: stolenReader.provider.readerId,
      aud: world.issuer,
      iat: Math.floor(now / 1_000),
      jti: randomUUID(),
      evidence: { type: 'certificate', certificate: Buffer.from(issued.certificate).toString('base64') },
      // Rises as the clock does: this reader has no other taps.
      counter: now,
    },
    createPrivateKey({ key: stolenReader.privateKey, format: 'jwk' }),
  );
  journal.note('bridge', 'tap-copied');
  await post(world.issuer, tap);
  const second = await post(world.issuer, tap);
  return second.ok ? done() : refused(((await second.json()) as WireRefusal).error);
};

function post(issuer: string, tap: string): Promise<Response> {
  return fetch(`${issuer}${tapsPath}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/jwt' },
    body: tap,
  });
}

/** The audit trail, followed from its first line to its last. */
export const verifyAudit: ActFunction = async ({ world }) => {
  const startedAt = performance.now();
  const verdict = await world.context.audit.verify();
  const ms = performance.now() - startedAt;
  if (verdict.outcome === 'broken') {
    world.journal.note('provider', 'audit-broken', { sequence: verdict.atSequence }, ms);
    return refused(verdict.reason);
  }
  world.journal.note('provider', 'audit-intact', { events: verdict.events }, ms);
  return done({ events: verdict.events });
};
