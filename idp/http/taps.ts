import { acceptTap } from '../flows/accept-tap.ts';
import { maxTapBytes, receiveTap, type TapAnswer } from '../wire/tap-jwt.ts';
import { readBody } from './read-body.ts';
import type { RouteHandler } from './request-context.ts';
import type { Site } from './site.ts';
import { answerRefusal } from './wire-refusal.ts';

/** `POST /taps`: takes a tap from a reader. It completes nothing by itself. */
export function postTap({ context }: Pick<Site, 'context'>): RouteHandler {
  return async (ctx) => {
    const sealed = receiveTap(await readBody(ctx, 'application/jwt', maxTapBytes));
    const outcome = await acceptTap(context, sealed);
    if (outcome.outcome === 'refused') return answerRefusal(ctx, outcome.reason, outcome.certificateReason);
    ctx.body = outcome satisfies TapAnswer;
  };
}
