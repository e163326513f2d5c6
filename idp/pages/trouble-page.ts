import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import type { Explanation, Trouble } from './texts/catalogue.ts';
import { textsOf } from './texts/of-locale.ts';

/** What went wrong around a sign-in. */
export interface TroubleFacts {
  readonly trouble: Trouble;
  /** What an administrator can look up or correct: a protocol's error code, or our reference of a log line. */
  readonly reference?: string;
}

/** A page for what went wrong: what happened, what to do next, what to tell an administrator. */
export function troublePage(frame: Frame, { trouble, reference }: TroubleFacts): string {
  const explanation = textsOf(frame.locale).reasons.trouble[trouble];
  return explanationPage(frame, explanation, reference ?? trouble);
}

/** The same for any explanation. */
export function explanationPage(frame: Frame, { what, next }: Explanation, code: string): string {
  const texts = textsOf(frame.locale);
  return page(
    frame,
    texts.troubleTitle,
    html`<h1>${texts.troubleTitle}</h1>
<div class="notice" role="alert"><p class="notice-what">${what}</p></div>
<h2>${texts.refused.whatNext}</h2>
<p>${next}</p>
<p class="reference">${texts.reasonCode}: <code>${code}</code></p>
<p><a href="/">${texts.toFrontPage}</a></p>`,
  );
}
