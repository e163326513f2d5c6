import { type Html, html } from './html.ts';
import type { Frame } from './layout.ts';
import { textsOf } from './texts/of-locale.ts';

/** What somebody reads out to an administrator, who looks it up with `kazasu audit find`; and what it was, by its name. */
export function referenceLine({ locale, reference }: Frame, code: string): Html {
  const texts = textsOf(locale);
  return html`<dl class="reference">
${reference !== undefined && html`<div><dt>${texts.reference}</dt><dd><code class="reference-number">${reference}</code></dd></div>`}
<div><dt>${texts.reasonCode}</dt><dd><code>${code}</code></dd></div>
</dl>`;
}
