import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Context, Next } from 'koa';

const css = readFileSync(new URL('./sample-system.css', import.meta.url), 'utf8');

/** What a sample system's pages may do: show themselves. @see W3C Content Security Policy Level 3 */
export async function sampleSystemHeaders(ctx: Context, next: Next): Promise<void> {
  ctx.set(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
  );
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Referrer-Policy', 'same-origin');
  ctx.set('Cache-Control', 'no-store');
  await next();
  if (typeof ctx.body === 'string' && ctx.type !== 'text/css') ctx.type = 'text/html; charset=utf-8';
}

/** `GET /sample-system.css` */
export async function stylesheet(ctx: Context): Promise<void> {
  ctx.type = 'text/css; charset=utf-8';
  ctx.body = css;
}

/** Ends a server with its connections. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
