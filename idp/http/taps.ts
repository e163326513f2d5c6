import { acceptTap } from '../flows/accept-tap.ts';
import { answerTapRequest } from '../oidc/tap-answers.ts';
import { maxTapBytes, receiveTap, type TapAnswer } from '../wire/tap-jwt.ts';
import { readBody } from './read-body.ts';
import type { RouteHandler } from './request-context.ts';
import type { Site } from './site.ts';
import { answerRefusal } from './wire-refusal.ts';

/** `POST /taps`: takes a tap from a reader. It completes nothing by itself, but for a request that waits at this reader. */
export function postTap(site: Pick<Site, 'context' | 'provider' | 'pings'>): RouteHandler {
  const { context, pings } = site;
  return async (ctx) => {
    const sealed = receiveTap(await readBody(ctx, 'application/jwt', maxTapBytes));
    const outcome = await acceptTap(context, sealed);
    if (outcome.outcome === 'refused') return answerRefusal(ctx, outcome.reason, outcome.certificateReason);
    const { answered, ...answer } = outcome;
    ctx.body = answer satisfies TapAnswer;
    if (answered !== undefined) await answerTapRequest(site.provider, context, pings, answered);
  };
}
