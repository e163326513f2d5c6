import { resumeLogin } from '../flows/resume-login.ts';
import { refusedPage } from '../pages/refused-page.ts';
import type { ReturnRefusal } from '../pages/texts/catalogue.ts';
import { interactionsOf } from './browser-interactions.ts';
import { goOnWith } from './go-on.ts';
import { refusedPath } from './interaction-paths.ts';
import { redirect } from './redirect.ts';
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
    if (outcome.outcome === 'granted') {
      const { interactionUid, personId, acr, amr, cardId, readerId } = outcome;
      const at = site.context.clock.now();
      return goOnWith(ctx, site, interactionUid, {
        ...{ personId, acr, amr, at, authenticator: cardId, readerId },
      });
    }
    // To a clean URL at once: the code shall not stay in the address bar.
    if (outcome.outcome === 'denied') {
      return redirect(ctx, refusedPath(outcome.interactionUid, outcome.reason));
    }
    refuse(ctx, site, outcome.reason);
  };
}

function refuse(ctx: RouteContext, site: Site, reason: ReturnRefusal): void {
  answerPage(ctx, 403, refusedPage(frameOf(ctx, site), { reason: { returned: reason } }), {
    code: reason,
  });
}
