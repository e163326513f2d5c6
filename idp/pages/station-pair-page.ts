import { assets } from './assets.ts';
import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { textsOf } from './texts/of-locale.ts';

/** The form in which a kiosk's browser takes its one-time code; the script makes the key and says what came of it. */
export function stationPairPage(frame: Frame): string {
  const { pair } = textsOf(frame.locale).station;
  return page(
    frame,
    pair.title,
    html`<h1>${pair.title}</h1>
<form class="panel" method="post" action="/station/pair" autocomplete="off" data-station="pair">
<p class="lead">${pair.lead}</p>
<div class="field">
<label for="code">${pair.code}</label>
<p class="hint" id="code-hint">${pair.codeHint}</p>
<input type="text" id="code" name="code" required maxlength="40" autocapitalize="none" spellcheck="false" aria-describedby="code-hint code-error">
<p class="field-error" id="code-error" role="alert"></p>
</div>
<p><button class="button primary" type="submit">${pair.submit}</button></p>
</form>
<p class="field-error" role="alert" hidden data-when="no-keys">${pair.noKeys}</p>
<noscript><p class="field-error">${pair.noKeys}</p></noscript>
<section class="panel" hidden data-when="paired" tabindex="-1" aria-labelledby="paired-title">
<h2 id="paired-title">${pair.doneTitle}</h2>
<p data-say="reader"></p>
<p class="hint">${pair.keyKept}</p>
</section>
<script src="${assets.station.path}" defer></script>`,
  );
}
