import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Middleware, RequestContext } from './request-context.ts';

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

/**
 * `form-action` also stops a form whose answer redirects elsewhere (Chromium): `response_mode=form_post`, and the form
 * that ends the session of the person before and then returns to the client, must reach the client's redirect URI.
 */
function allowFormToClient(ctx: RequestContext): void {
  const oidc = (ctx as Partial<KoaContextWithOIDC>).oidc;
  if (oidc === undefined || ctx.type !== 'text/html' || oidc.redirectUriCheckPerformed === false) return;
  const fromInteraction = oidc.entities.Interaction?.params.redirect_uri;
  const redirectUri = oidc.params?.redirect_uri ?? fromInteraction;
  if (typeof redirectUri !== 'string' || !URL.canParse(redirectUri)) return;
  const { origin, protocol } = new URL(redirectUri);
  const target = origin === 'null' ? protocol : origin;
  const policy = ctx.response.get('Content-Security-Policy');
  ctx.set('Content-Security-Policy', policy.replace(/form-action 'self'/, `form-action 'self' ${target}`));
}
