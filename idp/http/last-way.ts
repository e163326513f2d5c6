import type { Acr } from '../domain/assurance.ts';
import { wayNames, wayTo } from '../domain/way.ts';
import type { RequestContext } from './request-context.ts';
import type { OfferedWay } from './sign-in-ways.ts';

const cookie = 'kazasu_way';
const cookieMs = 365 * 86_400_000;

/** Notes in this browser by which way somebody signed in: the name of the way, and nothing of the person. */
export function rememberWay(ctx: RequestContext, acr: Acr): void {
  const way = wayTo(acr);
  if (way === undefined || ctx.cookies.get(cookie) === way) return;
  ctx.cookies.set(cookie, way, { maxAge: cookieMs, sameSite: 'lax', httpOnly: true, overwrite: true });
}

/** The way that this browser used last comes first, where it is offered. */
export function lastWayFirst(ctx: RequestContext, offered: readonly OfferedWay[]): readonly OfferedWay[] {
  const last = wayNames.find((name) => name === ctx.cookies.get(cookie));
  const isLast = ({ way }: OfferedWay) => way === last;
  return [...offered.filter(isLast), ...offered.filter((one) => !isLast(one))];
}
