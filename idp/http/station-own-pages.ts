import { textsOf } from '../pages/texts/of-locale.ts';
import { explanationPage } from '../pages/trouble-page.ts';
import type { Middleware } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';
import { stationOf } from './station-browser.ts';

/** Pages of one's own need a session, and a kiosk keeps none: said at once, not after a card was held for nothing. */
export function noOwnPagesAtStation(site: Site): Middleware {
  return async (ctx, next) => {
    const isOwnPage = ctx.path === '/me' || ctx.path.startsWith('/me/');
    if (!isOwnPage || stationOf(ctx, site.context.issuer) === undefined) return next();
    const frame = frameOf(ctx, site);
    const reason = 'own-pages-not-here';
    answerPage(ctx, 403, explanationPage(frame, textsOf(frame.locale).reasons.station[reason], reason));
  };
}
