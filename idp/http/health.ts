import type { Middleware } from './request-context.ts';

/**
 * `GET /healthz`: that this process answers. In front of the host check: probes ask by address.
 * It says nothing of the stores behind, whose failure must not make a supervisor restart the process.
 */
export const health: Middleware = async (ctx, next) => {
  if (ctx.path !== '/healthz') return next();
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = 'ok\n';
};
