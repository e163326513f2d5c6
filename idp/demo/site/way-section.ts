import { type Html, html } from '../../pages/html.ts';
import type { Act, Step } from '../journal.ts';
import { msText, resultText } from '../result-text.ts';
import type { DemoTexts } from '../texts/catalogue.ts';

const earlierActs = 6;

/** The way of the last act, step by step with its milliseconds, and the acts before it. */
export function waySection(acts: readonly Act[], texts: DemoTexts): Html {
  const { page } = texts;
  const act = acts.at(-1);
  return html`<section class="way" id="way" aria-labelledby="way-title" tabindex="-1">
<h2 id="way-title">${page.way}</h2>
${act === undefined ? legend(texts) : wayOf(act, texts)}
${earlier(acts.slice(0, -1), texts)}
</section>`;
}

/** Before anything happened: who takes part. */
function legend({ page, places }: DemoTexts): Html {
  return html`<p class="hint">${page.wayEmpty}</p>
<ol class="steps legend">
${legendPlaces.map((place) => html`<li class="step ${place}"><span class="place">${places[place]}</span><span class="text">${page.legend[place]}</span></li>`)}
</ol>`;
}

const legendPlaces = ['card', 'bridge', 'provider', 'authority', 'system'] as const;

function wayOf(act: Act, texts: DemoTexts): Html {
  const slowest = Math.max(...act.steps.map(({ ms = 0 }) => ms), 0.01);
  return html`<div class="act-head" data-act="${act.number}">
<h3>${texts.acts[act.name].title}</h3>
${act.ms !== undefined && html`<p class="total"><strong>${msText(act.ms)}</strong> ${texts.page.wayTotal}</p>`}
</div>
${act.result !== undefined && html`<p class="verdict ${lookOf(act)}" id="verdict">${resultText(act.name, act.result, texts.locale)}</p>`}
<ol class="steps">
${act.steps.map((step) => stepOf(step, slowest, texts))}
</ol>`;
}

function stepOf({ place, what, facts, ms }: Step, slowest: number, texts: DemoTexts): Html {
  return html`<li class="step ${place} ${what}">
<span class="place">${texts.places[place]}</span>
<span class="text">${texts.steps[what](facts)}</span>
<span class="took">${ms === undefined ? '' : msText(ms)}</span>
${ms !== undefined && html`<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="${Math.max(0.6, (ms / slowest) * 100).toFixed(1)}" height="1"/></svg>`}
</li>`;
}

function earlier(acts: readonly Act[], texts: DemoTexts): Html | undefined {
  if (acts.length === 0) return undefined;
  const shown = acts.slice(-earlierActs).toReversed();
  return html`<h3 class="earlier-title">${texts.page.earlier}</h3>
<ul class="earlier">
${shown.map(
  (act) =>
    html`<li class="${lookOf(act)}"><span>${texts.acts[act.name].title}</span> <span class="earlier-result">${act.result && resultText(act.name, act.result, texts.locale)}</span></li>`,
)}
</ul>`;
}

function lookOf({ result }: Act): 'yes' | 'no' | 'open' {
  if (result === undefined) return 'open';
  return result.outcome === 'done' ? 'yes' : 'no';
}
