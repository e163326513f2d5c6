import { homePage } from '../pages/home-page.ts';
import type { RouteHandler } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';

/** `GET /`: what this is, and where each kind of visitor goes on. */
export function getHome(site: Site): RouteHandler {
  return async (ctx) => answerPage(ctx, 200, homePage(frameOf(ctx, site), { issuer: site.context.issuer }));
}
