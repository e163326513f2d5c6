import { errors, type Grant, type KoaContextWithOIDC } from 'oidc-provider';
import type { AuthenticatorId } from '../domain/factor.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { ReaderId } from '../domain/reader.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import type { Clock } from '../ports/clock.ts';
import type { OidcState } from '../ports/oidc-state.ts';
import type { SystemRecord } from '../ports/system-record.ts';
import { type Authenticator, findAuthenticator, type Holders } from './authenticators.ts';
import { basisOfGrant, grantIdOn } from './grant-id.ts';
import { basisOf, factorsOf, readerOf } from './interaction.ts';
import { grantSeconds } from './lifetimes.ts';
import { markReader } from './reader-marks.ts';
import { keepIn, speakFor } from './session-factors.ts';

interface Given {
  readonly record: Holders & Pick<SystemRecord, 'readers'>;
  readonly clients: KnownClients;
  readonly clock: Clock;
  readonly oidcState: OidcState;
}

/**
 * Takes the place of consent for the organisation's own systems: a sign-in decided for this client gives a grant of what
 * it asked for; without one there is none, and the login prompt asks to sign in.
 */
export function existingGrant(given: Given): (ctx: KoaContextWithOIDC) => Promise<Grant | undefined> {
  return (ctx) => grantFor(ctx, given);
}

async function grantFor(
  ctx: KoaContextWithOIDC,
  { record, clock, clients, oidcState }: Given,
): Promise<Grant | undefined> {
  const { oidc } = ctx;
  const { client, account, session, provider } = oidc;
  if (client === undefined || account === undefined || session === undefined) return undefined;
  if (oidc.result?.login !== undefined) {
    const basis = basisOf(oidc.result);
    if (basis === undefined) throw new errors.AccessDenied('nothing was decided');
    const authenticator = basis === 'person' ? undefined : basis;
    const { accountId } = account;
    const { clientId } = client;
    const grant = new provider.Grant({ accountId, clientId });
    // Not in the library's types, which have it for tokens: its own lifetime instead of the configured one.
    const found = authenticator && (await findAuthenticator(record, authenticator));
    const expiresIn = authenticator === undefined ? grantSeconds : secondsOf(found, clock.now());
    Object.assign(grant, { expiresIn });
    grant.jti = grantIdOn(authenticator);
    extend(ctx, grant);
    await grant.save();
    const readerId = readerOf(oidc.result);
    if (readerId !== undefined) {
      const personId = accountId;
      await markReader(oidcState, { readerId, personId, grantId: grant.jti, at: clock.now() });
    }
    const inUse =
      (await isAtReaderInUse(record, readerId)) && (await isInUse(record, accountId, authenticator));
    if (inUse) {
      keepIn(session, clientId, factorsOf(oidc.result));
      return grant;
    }
    await grant.destroy();
    throw new errors.AccessDenied('what it rests on was stopped meanwhile');
  }
  speakFor(ctx, clients);
  const grantId = session.grantIdFor(client.clientId);
  const grant = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  return grant?.accountId === account.accountId ? covering(ctx, record, grant) : undefined;
}

/** A grant ends with what it rests on, to the second: what was given in it must not outlive the certificate. */
export function secondsOf(found: Authenticator | undefined, now: Instant): number {
  const notAfter = found === undefined ? now - msPerSecond : (found.notAfter ?? Number.POSITIVE_INFINITY);
  // A certificate is valid through its last second.
  const left = Math.floor((notAfter - now) / msPerSecond) + 1;
  // The library insists on a positive number; who has none left is refused below or by the decision.
  return Math.max(1, Math.min(grantSeconds, left));
}

/** The same of the reader at which it was proved: ending it ends what is not fetched yet. */
async function isAtReaderInUse(
  { readers }: Pick<SystemRecord, 'readers'>,
  readerId: ReaderId | undefined,
): Promise<boolean> {
  return readerId === undefined || (await readers.find(readerId))?.state === 'active';
}

/**
 * Asked after a grant was saved: a stop of what it rests on or of the holder since the decision is seen here, and a later
 * one finds the grant and ends it. Without a grant neither code nor session is worth anything.
 */
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

/** The same grant with the scopes and claims of this request; saved when it grew. A stop meanwhile is not undone by that. */
async function covering(ctx: KoaContextWithOIDC, record: Holders, grant: Grant): Promise<Grant | undefined> {
  const { oidc } = ctx;
  const scopes = [...oidc.requestParamOIDCScopes];
  const claims = [...oidc.requestParamClaims];
  const covered =
    grant.getOIDCScopeFiltered(new Set(scopes)).split(' ').length === scopes.length &&
    claims.every((claim) => grant.getOIDCClaims().includes(claim));
  if (covered) return grant;
  extend(ctx, grant);
  await grant.save();
  const basis = basisOfGrant(grant.jti);
  const authenticator = basis === 'person' ? undefined : basis;
  if (await isInUse(record, String(grant.accountId), authenticator)) return grant;
  await grant.destroy();
  return undefined;
}

function extend({ oidc }: KoaContextWithOIDC, grant: Grant): void {
  grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(' '));
  const claims = [...oidc.requestParamClaims];
  if (claims.length > 0) grant.addOIDCClaims(claims);
}
