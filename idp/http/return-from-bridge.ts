import { resumeLogin } from '../flows/resume-login.ts';
import { finishLogin } from '../oidc/interaction.ts';
import { refusedPage } from '../pages/refused-page.ts';
import type { ReturnRefusal } from '../pages/texts/catalogue.ts';
import { troublePage } from '../pages/trouble-page.ts';
import { forgetInteraction, interactionsOf } from './browser-interactions.ts';
import { refusedPath } from './interaction-paths.ts';
import { queryText, type RouteContext, type RouteHandler } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';

const codePattern = /^[\w-]{16,128}$/;

/**
 * `GET /interaction/return?code=`: goes on only where a return code and the starting browser's interaction come together.
 * A code lured into another browser, or taken from a history, resumes nothing, and nobody else can use it afterwards.
 * Wrong codes are not counted: 128 random bits are not guessed, and a whole city hall signs in from one address.
 */
export function getReturn(site: Site): RouteHandler {
  return async (ctx) => {
    const returnCode = queryText(ctx, 'code') ?? '';
    if (!codePattern.test(returnCode)) return refuse(ctx, site, 'return-code-unknown');
    const interactionUids = interactionsOf(ctx, site.context.issuer);
    const outcome = await resumeLogin(site.context, { returnCode, interactionUids });
    if (outcome.outcome === 'granted') return goOn(ctx, site, outcome.interactionUid, outcome);
    // To a clean URL at once: the code shall not stay in the address bar.
    if (outcome.outcome === 'denied') {
      return redirect(ctx, refusedPath(outcome.interactionUid, outcome.reason));
    }
    refuse(ctx, site, outcome.reason);
  };
}

async function goOn(
  ctx: RouteContext,
  site: Site,
  uid: string,
  login: Parameters<typeof finishLogin>[2],
): Promise<void> {
  const resumeUrl = await finishLogin(site.provider, uid, login, site.context.clock.now());
  forgetInteraction(ctx, site.context.issuer, uid);
  if (resumeUrl !== undefined) return redirect(ctx, resumeUrl);
  answerPage(ctx, 400, troublePage(frameOf(ctx, site), { trouble: 'sign-in-expired' }));
}

function refuse(ctx: RouteContext, site: Site, reason: ReturnRefusal): void {
  answerPage(ctx, 403, refusedPage(frameOf(ctx, site), { reason: { returned: reason } }));
}

function redirect(ctx: RouteContext, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}
