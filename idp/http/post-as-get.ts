import { readBody } from './read-body.ts';
import { redirect } from './redirect.ts';
import type { RouteHandler } from './request-context.ts';

/** What becomes of it must fit, with the cookies, into the headers of one request. */
const maxFormBytes = 8_192;

/**
 * Clients may send people here by a form. It comes from another site, so the browser sends no cookies along, and we want none
 * that go along with such forms (`SameSite=None`): the browser is sent to the same address by GET, where it has them.
 * A parameter that was given twice stays so, and is refused there.
 * @see OpenID Connect Core §3.1.2.1 (GET and POST); RP-Initiated Logout 1.0 §2
 */
export const postAsGet: RouteHandler = async (ctx) => {
  const form = await readBody(ctx, 'application/x-www-form-urlencoded', maxFormBytes);
  redirect(ctx, `${ctx.path}?${new URLSearchParams(form)}`);
};
