import type { DevicePages } from '../oidc/device-flow.ts';
import { deviceCodePage, deviceConfirmPage, deviceDonePage } from '../pages/device-page.ts';
import { answeredTooManyAttempts, noteWrongCode } from './limited.ts';
import type { Middleware, RequestContext, RequestState } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';

/** Where people type the code of a device. @see RFC 8628 §3.3 */
const verificationPath = '/device';

/** The device flow's pages in our words. */
export function devicePages(site: Pick<Site, 'demoBanner'>): DevicePages {
  return {
    enterCode: (ctx, form) => {
      if (form.problem === 'unknown-code') (ctx.state as RequestState).wrongUserCode = true;
      answerPage(ctx, form.problem === undefined ? 200 : 400, deviceCodePage(frameOf(ctx, site), form));
    },
    confirmCode: (ctx, form) => answerPage(ctx, 200, deviceConfirmPage(frameOf(ctx, site), form)),
    signedIn: (ctx, clientName) => answerPage(ctx, 200, deviceDonePage(frameOf(ctx, site), clientName)),
  };
}

/** The form was made in a session; after it has ended, or from elsewhere, the library has nothing to compare it with. */
async function hasSession(ctx: RequestContext, { provider }: Site): Promise<boolean> {
  const id = ctx.cookies.get(provider.cookieName('session'), { signed: true });
  return id !== undefined && (await provider.Session.find(id)) !== undefined;
}

function toEmptyForm(ctx: RequestContext): void {
  ctx.status = 303;
  ctx.redirect(verificationPath);
}

/** Slows down whoever guesses the codes of devices: by address, wrong ones alone. @see RFC 8628 §5.1 */
export function slowedUserCodes(site: Site): Middleware {
  return async (ctx, next) => {
    if (ctx.method !== 'POST' || ctx.path !== verificationPath) return next();
    if (answeredTooManyAttempts(ctx, site)) return;
    if (!(await hasSession(ctx, site))) return toEmptyForm(ctx);
    await next();
    if ((ctx.state as RequestState).wrongUserCode) noteWrongCode(ctx, site);
  };
}
