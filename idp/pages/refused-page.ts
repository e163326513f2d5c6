import type { DenialReason } from '../domain/decide-login.ts';
import type { SignInRefusal } from '../domain/sign-in-progress.ts';
import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { referenceLine } from './reference-line.ts';
import type { Explanation, Reasons, ReturnRefusal } from './texts/catalogue.ts';
import { textsOf } from './texts/of-locale.ts';

/** Why a person was not signed in, and where to go on. */
export interface Refusal {
  readonly reason:
    | { readonly denial: DenialReason }
    | { readonly returned: ReturnRefusal }
    | { readonly signIn: SignInRefusal };
  /** The sign-in page of the same interaction, where that is still open. */
  readonly retryHref?: string;
  /** Where somebody else begins anew. */
  readonly switchHref?: string;
  readonly cancel?: { readonly href: string; readonly clientName: string };
}

/** A sign-in that was refused: what happened, what to do next, a way on. */
export function refusedPage(frame: Frame, { reason, retryHref, switchHref, cancel }: Refusal): string {
  const texts = textsOf(frame.locale);
  const { code, what, next } = explained(texts.reasons, reason);
  return page(
    frame,
    texts.refused.title,
    html`<h1>${texts.refused.title}</h1>
<div class="notice" role="alert"><p class="notice-what">${what}</p></div>
<h2>${texts.refused.whatNext}</h2>
<p>${next}</p>
${retryHref !== undefined && html`<p><a class="button primary" href="${retryHref}" rel="nofollow">${texts.refused.retry}</a></p>`}
${switchHref !== undefined && html`<p><a class="button secondary" href="${switchHref}" rel="nofollow">${texts.signIn.switchPerson}</a></p>`}
${cancel !== undefined && html`<p><a href="${cancel.href}" rel="nofollow">${texts.signIn.cancel(cancel.clientName)}</a></p>`}
${referenceLine(frame, code)}`,
  );
}

function explained(reasons: Reasons, reason: Refusal['reason']): Explanation & { readonly code: string } {
  if ('denial' in reason) return { code: reason.denial, ...reasons.denial[reason.denial] };
  if ('signIn' in reason) return { code: reason.signIn, ...reasons.signIn[reason.signIn] };
  return { code: reason.returned, ...reasons.returned[reason.returned] };
}
