import type { Middleware } from './request-context.ts';

/**
 * Serves the issuer's own host and scheme only. `oidc-provider` builds its URLs from the Host header: a foreign one
 * would send people and codes elsewhere (host header injection, DNS rebinding).
 * @see RFC 9110 §15.5.20 (421 Misdirected Request)
 */
export function oneHost(issuer: string): Middleware {
  const { host, protocol } = new URL(issuer);
  return async (ctx, next) => {
    if (ctx.get('host').toLowerCase() === host && `${ctx.protocol}:` === protocol) return next();
    ctx.status = 421;
    ctx.type = 'text/plain; charset=utf-8';
    ctx.body = `This service answers only as ${issuer}\nこのサービスのアドレスは ${issuer} です。\n`;
  };
}
