import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { type Acr, type Amr, parseAcr } from '../domain/assurance.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import { ownPagesId } from '../flows/own-pages.ts';
import { sessionSeconds } from './lifetimes.ts';

/** What somebody proved in a session, and when: each with its own time. */
export interface ProvedFactor {
  readonly acr: Acr;
  readonly amr: readonly Amr[];
  readonly at: Instant;
}

/** The session of this browser, where a sign-in in it was decided for our own pages. */
export interface OwnLogin {
  readonly personId: PersonId;
  readonly sessionUid: string;
  readonly factors: readonly ProvedFactor[];
}

/**
 * Who is signed in to our own pages in this browser. A session that was decided for other clients alone counts for
 * nothing here, as it does between clients.
 */
export async function ownLogin(
  provider: Provider,
  ctx: Context,
  now: Instant,
): Promise<OwnLogin | undefined> {
  const session = await provider.Session.get(ctx);
  const { accountId, loginTs, acr, amr, uid, authorizations } = session;
  const grantId = authorizations?.[ownPagesId]?.grantId;
  const reached = parseAcr(acr ?? '');
  if (accountId === undefined || loginTs === undefined || grantId === undefined || reached === undefined) {
    return undefined;
  }
  const at = loginTs * msPerSecond;
  if (!(now - at <= sessionSeconds * msPerSecond)) return undefined;
  const grant = await provider.Grant.find(grantId);
  if (grant?.accountId !== accountId) return undefined;
  return {
    personId: accountId as PersonId,
    sessionUid: uid,
    factors: [{ acr: reached, amr: (amr ?? []) as Amr[], at }],
  };
}

/** A sign-in to our own pages came back: the session is what it was for, and its code is worth nothing any more. */
export async function spendOwnCode(provider: Provider, code: string): Promise<void> {
  const kept = await provider.AuthorizationCode.find(code);
  if (kept?.clientId === ownPagesId) await kept.destroy();
}
