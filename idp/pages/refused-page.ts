import type { DenialReason } from '../domain/decide-login.ts';
import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import type { ReturnRefusal } from './texts/catalogue.ts';
import { textsOf } from './texts/of-locale.ts';

/** Why a person was not signed in, and where to go on. */
export interface Refusal {
  readonly reason: { readonly denial: DenialReason } | { readonly returned: ReturnRefusal };
  /** The sign-in page of the same interaction, where that is still open. */
  readonly retryHref?: string;
  readonly cancel?: { readonly href: string; readonly clientName: string };
}

/** A sign-in that was refused: what happened, what to do next, a way on. */
export function refusedPage(frame: Frame, { reason, retryHref, cancel }: Refusal): string {
  const texts = textsOf(frame.locale);
  const { what, next } =
    'denial' in reason ? texts.reasons.denial[reason.denial] : texts.reasons.returned[reason.returned];
  const code = 'denial' in reason ? reason.denial : reason.returned;
  return page(
    frame,
    texts.refused.title,
    html`<h1>${texts.refused.title}</h1>
<div class="notice" role="alert"><p class="notice-what">${what}</p></div>
<h2>${texts.refused.whatNext}</h2>
<p>${next}</p>
${retryHref !== undefined && html`<p><a class="button primary" href="${retryHref}" rel="nofollow">${texts.refused.retry}</a></p>`}
${cancel !== undefined && html`<p><a href="${cancel.href}" rel="nofollow">${texts.signIn.cancel(cancel.clientName)}</a></p>`}
<p class="reference">${texts.reasonCode}: <code>${code}</code></p>`,
  );
}
