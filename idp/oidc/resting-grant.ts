import { errors, type Grant } from 'oidc-provider';
import type { AuthenticatorId } from '../domain/factor.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { ReaderId } from '../domain/reader.ts';
import type { Clock } from '../ports/clock.ts';
import type { OidcState } from '../ports/oidc-state.ts';
import type { SystemRecord } from '../ports/system-record.ts';
import { type Authenticator, findAuthenticator, type Holders } from './authenticators.ts';
import { grantIdOn } from './grant-id.ts';
import { grantSeconds } from './lifetimes.ts';
import { markReader } from './reader-marks.ts';

export interface RestingGrantParts {
  readonly record: Holders & Pick<SystemRecord, 'readers'>;
  readonly clock: Clock;
  readonly oidcState: OidcState;
}

/** What a sign-in rests on, and where that was proved. */
export interface Rest {
  /** Absent: a password, which rests on the person alone. */
  readonly authenticator: AuthenticatorId | undefined;
  /** Ending the reader may end what was made at it. */
  readonly readerId: ReaderId | undefined;
  /** Where nothing that is given in it lives longer. */
  readonly mostSeconds?: number;
}

/**
 * Saves a new grant that ends with what it rests on, by whatever way it came.
 * @throws `access_denied` when that was stopped since the decision.
 */
export async function saveRestingGrant(
  grant: Grant,
  { record, clock, oidcState }: RestingGrantParts,
  { authenticator, readerId, mostSeconds = grantSeconds }: Rest,
): Promise<void> {
  const personId = String(grant.accountId);
  const found = authenticator && (await findAuthenticator(record, authenticator));
  const left = authenticator === undefined ? grantSeconds : secondsOf(found, clock.now());
  const expiresIn = Math.min(left, mostSeconds);
  // Not in the library's types, which have it for tokens: its own lifetime instead of the configured one.
  Object.assign(grant, { expiresIn });
  grant.jti = grantIdOn(authenticator);
  await grant.save();
  if (readerId !== undefined) {
    await markReader(oidcState, { readerId, personId, grantId: grant.jti, at: clock.now(), expiresIn });
  }
  // Asked after it was saved: a stop since the decision is seen here, and a later one finds the grant and ends it.
  // Without a grant neither code nor session is worth anything.
  if ((await isReaderInUse(record, readerId)) && (await isInUse(record, personId, authenticator))) return;
  await grant.destroy();
  throw new errors.AccessDenied('what it rests on was stopped meanwhile');
}

/** A grant ends with what it rests on, to the second: what was given in it must not outlive the certificate. */
function secondsOf(found: Authenticator | undefined, now: Instant): number {
  const notAfter = found === undefined ? now - msPerSecond : (found.notAfter ?? Number.POSITIVE_INFINITY);
  // A certificate is valid through its last second.
  const left = Math.floor((notAfter - now) / msPerSecond) + 1;
  // The library insists on a positive number; who has none left is refused above or by the decision.
  return Math.max(1, Math.min(grantSeconds, left));
}

async function isReaderInUse(
  { readers }: RestingGrantParts['record'],
  readerId: ReaderId | undefined,
): Promise<boolean> {
  return readerId === undefined || (await readers.find(readerId))?.state === 'active';
}

/** Whether the holder and what a grant rests on still stand. */
export async function isInUse(
  record: Holders,
  personId: string,
  authenticator: AuthenticatorId | undefined,
): Promise<boolean> {
  if (authenticator !== undefined) {
    const found = await findAuthenticator(record, authenticator);
    if (found?.isActive !== true || found.personId !== personId) return false;
  }
  return (await record.people.find(personId))?.state === 'active';
}
