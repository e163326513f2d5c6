import type { RouteContext } from './request-context.ts';

/** 303: the next request is a GET, whatever this one was. */
export function redirect(ctx: RouteContext, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}
