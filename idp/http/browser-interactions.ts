import { interactionSeconds } from '../oidc/lifetimes.ts';
import type { RequestContext } from './request-context.ts';

const separator = '~';
const uidPattern = /^[\w-]{20,64}$/;
/** Windows that one browser may have open on the sign-in page; the oldest is forgotten. */
const maxOpen = 8;

/**
 * The interactions that this browser started, newest first. The library's own interaction cookie is sent to one
 * interaction's path only, and the bridge returns every browser to the same URL: this cookie is what a return code
 * must come together with.
 */
export function interactionsOf(ctx: RequestContext, issuer: string): readonly string[] {
  const uids = (ctx.cookies.get(nameFor(issuer)) ?? '').split(separator);
  return uids.filter((uid) => uidPattern.test(uid)).slice(0, maxOpen);
}

/**
 * Notes an interaction in the browser that starts it, in the answer to that very request and never later: who could
 * make another browser note it would have that browser's owner sign in for them.
 */
export function rememberInteraction(ctx: RequestContext, issuer: string, uid: string): void {
  const known = interactionsOf(ctx, issuer);
  if (known[0] === uid) return;
  write(ctx, issuer, [uid, ...known.filter((other) => other !== uid)].slice(0, maxOpen));
}

/** Forgets an interaction that has come to its end. */
export function forgetInteraction(ctx: RequestContext, issuer: string, uid: string): void {
  write(
    ctx,
    issuer,
    interactionsOf(ctx, issuer).filter((other) => other !== uid),
  );
}

function write(ctx: RequestContext, issuer: string, uids: readonly string[]): void {
  const value = uids.length === 0 ? null : uids.join(separator);
  ctx.cookies.set(nameFor(issuer), value, {
    path: '/',
    httpOnly: true,
    // The bridge's page leads back by a top-level navigation from another site: Lax comes along, Strict would not.
    sameSite: 'lax',
    overwrite: true,
    maxAge: interactionSeconds * 1_000,
  });
}

/**
 * Another host of the domain can plant every cookie but those named `__Host-`; the library's cookies of one interaction
 * have paths of their own and cannot be named so.
 * @see RFC 6265bis §4.1.3.2
 */
function nameFor(issuer: string): string {
  return issuer.startsWith('https:') ? '__Host-kazasu_open' : 'kazasu_open';
}
