import { formTargetOf } from '../oidc/form-target.ts';
import type { Middleware, RequestContext, RequestState } from './request-context.ts';

/** Set before the route runs: the library adds the hash of its own form-posting script to `script-src`. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** What every answer carries. @see W3C Content Security Policy Level 3; RFC 6797 (HSTS) */
export function securityHeaders(issuer: string): Middleware {
  const https = issuer.startsWith('https:');
  return async (ctx, next) => {
    ctx.set('Content-Security-Policy', contentSecurityPolicy);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('X-Frame-Options', 'DENY');
    // `no-referrer` would make the Origin of our own forms "null".
    ctx.set('Referrer-Policy', 'same-origin');
    ctx.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=()');
    ctx.set('Cache-Control', 'no-store');
    if (https) ctx.set('Strict-Transport-Security', 'max-age=31536000');
    await next();
    allowFormToClient(ctx);
  };
}

/** Some pages of the library, and our own within an interaction, hold a form that ends at the client. */
function allowFormToClient(ctx: RequestContext): void {
  if (ctx.type !== 'text/html') return;
  const target = (ctx.state as RequestState).formTarget ?? formTargetOf(ctx);
  if (target === undefined) return;
  const policy = ctx.response.get('Content-Security-Policy');
  ctx.set('Content-Security-Policy', policy.replace("form-action 'self'", `form-action 'self' ${target}`));
}
