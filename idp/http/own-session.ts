import { createHash, randomBytes } from 'node:crypto';
import type { Acr } from '../domain/assurance.ts';
import { type Instant, msPerSecond } from '../domain/instant.ts';
import { ownPagesId } from '../domain/login-policy.ts';
import type { Person } from '../domain/person.ts';
import { personProblem } from '../domain/person-problem.ts';
import { ownReturnPath } from '../flows/own-pages.ts';
import { type OwnLogin, ownLogin, spendOwnCode } from '../oidc/own-session.ts';
import { troublePage } from '../pages/trouble-page.ts';
import { answerFailure } from './fault-to-status.ts';
import { redirect } from './redirect.ts';
import { queryText, type RequestContext, type RouteContext, type RouteHandler } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';

/** The pages that a sign-in to ourselves may come back to. */
export const ownPages = {
  passkeys: '/me/passkeys',
  'passkeys-add': '/me/passkeys/add',
  sessions: '/me/sessions',
} as const;
export type OwnPage = keyof typeof ownPages;

/** Somebody who is signed in to our own pages, by which factors, and when each was proved. */
export interface OwnSession extends OwnLogin {
  readonly person: Person;
}

/** What one page asks beyond a sign-in. */
export interface FreshFactor {
  /** One of these. */
  readonly acrs: readonly Acr[];
  /** Proved at most so long ago. */
  readonly withinSeconds: number;
}

/** Who is signed in to our own pages in this browser; asked of the record at every request, as every client does. */
export async function ownSession(ctx: RequestContext, site: Site): Promise<OwnSession | undefined> {
  const { context, provider } = site;
  const login = await ownLogin(provider, ctx, { record: context.record, now: context.clock.now() });
  const policy = context.clients.find(ownPagesId)?.policy;
  if (login === undefined || policy === undefined) return undefined;
  if (!login.factors.some(({ acr }) => policy.acceptedAcr.includes(acr))) return undefined;
  const person = await context.record.people.find(login.personId);
  if (person?.personId !== login.personId || personProblem(person, policy) !== undefined) return undefined;
  return { ...login, person };
}

/** When such a factor was last proved; `undefined`: never, or too long ago. */
export function freshAt(
  { factors }: OwnLogin,
  { acrs, withinSeconds }: FreshFactor,
  now: Instant,
): Instant | undefined {
  const times = factors.filter(({ acr }) => acrs.includes(acr)).map(({ at }) => at);
  return times.find((at) => now - at < withinSeconds * msPerSecond);
}

/** `GET` of a page of our own: who is not signed in is sent to sign in, and comes back. */
export function ownPage(
  site: Site,
  page: OwnPage,
  route: (ctx: RouteContext, own: OwnSession) => Promise<void>,
  fresh?: FreshFactor,
): RouteHandler {
  return async (ctx) => {
    const own = await ownSession(ctx, site);
    const now = site.context.clock.now();
    if (own === undefined) return signIn(ctx, site, page, fresh);
    if (fresh !== undefined && freshAt(own, fresh, now) === undefined) {
      return signIn(ctx, site, page, fresh);
    }
    await route(ctx, own);
  };
}

/**
 * `POST` from a page of our own. The session cookie is `Lax`, and only a form or script of ours is heard: browsers say
 * where a request comes from.
 * @see Fetch Metadata Request Headers §2.4 (`Sec-Fetch-Site`)
 */
export function ownForm(
  site: Site,
  page: OwnPage,
  route: (ctx: RouteContext, own: OwnSession) => Promise<void>,
): RouteHandler {
  return async (ctx) => {
    if (!isFromOwnPage(ctx, site)) {
      return answerFailure(ctx, site, { status: 403, trouble: 'cross-site', error: 'cross_site' });
    }
    const own = await ownSession(ctx, site);
    if (own === undefined) return redirect(ctx, ownPages[page]);
    await route(ctx, own);
  };
}

/** Whether a request was made by one of our own pages. */
export function isFromOwnPage(ctx: RequestContext, { context }: Pick<Site, 'context'>): boolean {
  const fetchSite = ctx.get('sec-fetch-site');
  return (
    ctx.get('origin') === new URL(context.issuer).origin && (fetchSite === '' || fetchSite === 'same-origin')
  );
}

/** `GET /me/return`: back from the sign-in, to the page that asked for it. */
export function getOwnReturn(site: Site): RouteHandler {
  return async (ctx) => {
    await spendOwnCode(site.provider, queryText(ctx, 'code') ?? '');
    const page = (Object.keys(ownPages) as OwnPage[]).find((name) => name === queryText(ctx, 'state'));
    // Not back to the page without a session: it would ask to sign in again, for ever.
    if (page !== undefined && (await ownSession(ctx, site)) !== undefined)
      return redirect(ctx, ownPages[page]);
    if (queryText(ctx, 'error') === 'access_denied') return redirect(ctx, '/');
    answerPage(ctx, 403, troublePage(frameOf(ctx, site), { trouble: 'sign-in-not-possible' }));
  };
}

/** @see OpenID Connect Core §3.1.2.1 (`prompt`) and §5.5.1.1 (an essential `acr`) */
function signIn(ctx: RouteContext, { context }: Site, page: OwnPage, fresh?: FreshFactor): void {
  const query = new URLSearchParams({
    client_id: ownPagesId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: `${context.issuer}${ownReturnPath}`,
    state: page,
    // Nobody has the verifier: the code is never redeemed.
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
  });
  if (fresh !== undefined) {
    const acr = { essential: true, values: fresh.acrs };
    query.set('claims', JSON.stringify({ id_token: { acr } }));
    // Not `max_age`: at the boundary the provider might find fresh what is too old for the page, for ever.
    query.set('prompt', 'login');
  }
  redirect(ctx, `/authorize?${query}`);
}
