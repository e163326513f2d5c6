import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import type { Factor } from '../domain/factor.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import { ownPagesId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';
import { findAuthenticator, type Holders } from './authenticators.ts';
import { sessionSeconds } from './lifetimes.ts';
import { factorsIn } from './session-factors.ts';

/** The session of this browser, where a sign-in in it was decided for our own pages. */
export interface OwnLogin {
  readonly personId: PersonId;
  readonly sessionUid: string;
  /** What was proved for our own pages, each with its own time. */
  readonly factors: readonly Factor[];
}

/**
 * Who is signed in to our own pages in this browser. What was decided for other clients alone counts for nothing here,
 * as it does between clients.
 */
export async function ownLogin(
  provider: Provider,
  ctx: Context,
  { record, now }: { readonly record: Holders; readonly now: Instant },
): Promise<OwnLogin | undefined> {
  const session = await provider.Session.get(ctx);
  const { accountId, uid, authorizations } = session;
  const grantId = authorizations?.[ownPagesId]?.grantId;
  if (accountId === undefined || grantId === undefined) return undefined;
  const held = factorsIn(session, ownPagesId).filter(
    ({ personId, at }) => personId === accountId && now - at <= sessionSeconds * msPerSecond,
  );
  const stands = await Promise.all(held.map((factor) => stillStands(record, factor)));
  const factors = held.filter((_, index) => stands[index]);
  if (factors.length === 0) return undefined;
  const grant = await provider.Grant.find(grantId);
  if (grant?.accountId !== accountId) return undefined;
  return { personId: accountId as PersonId, sessionUid: uid, factors };
}

/** One that rests on a card or passkey stands as long as that does. */
async function stillStands(record: Holders, { authenticator, personId }: Factor): Promise<boolean> {
  if (authenticator === undefined) return true;
  const found = await findAuthenticator(record, authenticator);
  return found?.isActive === true && found.personId === personId;
}

/** A sign-in to our own pages came back: the session is what it was for, and its code is worth nothing any more. */
export async function spendOwnCode(provider: Provider, code: string): Promise<void> {
  const kept = await provider.AuthorizationCode.find(code);
  if (kept?.clientId === ownPagesId) await kept.destroy();
}
