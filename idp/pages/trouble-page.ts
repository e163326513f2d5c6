import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { referenceLine } from './reference-line.ts';
import type { Explanation, Trouble } from './texts/catalogue.ts';
import { textsOf } from './texts/of-locale.ts';

/** What went wrong around a sign-in. */
export interface TroubleFacts {
  readonly trouble: Trouble;
  /** What an integrator can correct: a protocol's error code. Absent: the name of the trouble. */
  readonly code?: string;
}

/** A page for what went wrong: what happened, what to do next, what to tell an administrator. */
export function troublePage(frame: Frame, { trouble, code }: TroubleFacts): string {
  const explanation = textsOf(frame.locale).reasons.trouble[trouble];
  return explanationPage(frame, explanation, code ?? trouble);
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
${referenceLine(frame, code)}
<p><a href="/">${texts.toFrontPage}</a></p>`,
  );
}
