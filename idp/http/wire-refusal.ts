import type { BridgeRefusal } from '../pages/texts/catalogue.ts';
import { textsOf } from '../pages/texts/of-locale.ts';
import type { CertificateRefusal } from '../ports/jpki.ts';
import type { WireRefusal } from '../wire/tap-jwt.ts';
import type { RequestContext } from './request-context.ts';
import { localeOf } from './request-locale.ts';

/** Refusals that are not 403: what was wrong with the message itself, or with the moment. */
const statuses: { readonly [reason in BridgeRefusal]?: number } = {
  'message-malformed': 400,
  'number-malformed': 400,
  'public-key': 400,
  'registration-unknown': 404,
  'prompt-unknown': 404,
  'tap-replayed': 409,
  'counter-not-risen': 409,
  'prompt-answered': 409,
  'registration-already-proved': 409,
  'card-already-registered': 409,
  'card-already-pending': 409,
  'prompt-expired': 410,
  'registration-expired': 410,
  'invitation-expired': 410,
};

/** Tells a bridge why it was refused: the reason by name, and a sentence for the person at the reader. */
export function answerRefusal(
  ctx: RequestContext,
  reason: BridgeRefusal,
  certificateReason?: CertificateRefusal,
): void {
  const { reasons } = textsOf(localeOf(ctx));
  const { what, next } = reasons.bridge[reason];
  const why = certificateReason === undefined ? [] : [reasons.certificate[certificateReason]];
  ctx.status = statuses[reason] ?? 403;
  ctx.body = { error: reason, message: [what, ...why, next].join(' ') } satisfies WireRefusal;
}
