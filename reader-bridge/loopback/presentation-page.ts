import { textsOf } from '../locale.ts';
import type { BridgeTexts, Locale, PageTrouble } from '../texts.ts';
import { type Html, html } from './html.ts';
import type { Presentation, Stage } from './presentation.ts';

/** Paths of the bridge's page; the challenge arrives at `/present` and never stays in an address. */
export const paths = {
  script: '/present.js',
  stylesheet: '/present.css',
  presentation: '/present/',
} as const;

/** The page of one presentation as it stands; `present.js` asks for it again when it has changed. */
export function presentationPage(presentation: Presentation, demonstration: boolean): string {
  const { challenge, stage, revision, ended } = presentation;
  const texts = textsOf(challenge.uiLocale);
  const title = stage.stage === 'failed' ? texts.failedTitle : texts.title;
  const path = `${paths.presentation}${presentation.id}`;
  // A page without scripts would otherwise lose what is being typed.
  const refresh = !ended && stage.stage !== 'enter-pin';
  return page(
    {
      locale: challenge.uiLocale,
      title,
      refresh,
      watch: !ended,
      demonstration: demonstration ? texts.demonstration : undefined,
    },
    html`<main data-revision="${revision}">
<h1>${title}</h1>
${!ended && html`<p>${texts.asks(challenge.clientName)}</p>`}
<div class="panel" role="status">${stageBody(presentation, texts, path)}</div>
${
  !ended &&
  html`<form method="post" action="${path}/cancel">
<input type="hidden" name="secret" value="${presentation.secret}">
<button class="quiet" type="submit">${texts.cancel}</button>
</form>`
}
</main>`,
  );
}

/** A page that says why there is no presentation, and what to do next. */
export function troublePage(locale: Locale, trouble: PageTrouble, demonstration: boolean): string {
  const texts = textsOf(locale);
  return page(
    {
      locale,
      title: texts.troubleTitle,
      refresh: false,
      watch: false,
      demonstration: demonstration ? texts.demonstration : undefined,
    },
    html`<main><h1>${texts.troubleTitle}</h1><div class="panel"><p>${texts.troubles[trouble]}</p></div></main>`,
  );
}

function stageBody(presentation: Presentation, texts: BridgeTexts, path: string): Html {
  const { stage, challenge, secret } = presentation;
  switch (stage.stage) {
    case 'remove-card':
      return html`<p class="act">${texts.removeCard}</p>`;
    case 'hold-card':
      return html`${noteOf(stage, texts)}<p class="act">${texts.holdCard}</p><p>${texts.demand[challenge.demand]}</p>`;
    case 'enter-pin':
      return html`${noteOf(stage, texts)}${pinForm(stage, texts, path, secret)}`;
    case 'working':
      return html`<p class="act">${texts.working}</p>`;
    case 'done':
    case 'delivered':
      return html`<p class="act">${texts.accepted}</p><p>${texts.troubles.finished}</p>`;
    case 'failed':
      return html`<p class="act">${texts.failures[stage.failure]} ${stage.message}</p>
${stage.triesLeft !== undefined && html`<p>${texts.triesLeft(stage.triesLeft)} ${texts.startAgain}</p>`}`;
  }
}

function noteOf(stage: Stage & { stage: 'hold-card' | 'enter-pin' }, texts: BridgeTexts): Html | undefined {
  return stage.note === undefined ? undefined : html`<p class="note">${texts.notes[stage.note]}</p>`;
}

function pinForm(
  { triesLeft, digits }: Stage & { stage: 'enter-pin' },
  texts: BridgeTexts,
  path: string,
  secret: string,
): Html {
  return html`<form method="post" action="${path}/pin" autocomplete="off">
<p class="act">${texts.enterPin}</p>
<input type="hidden" name="secret" value="${secret}">
<label for="pin">${texts.pinLabel(digits)}</label>
<input id="pin" name="pin" type="password" inputmode="numeric" maxlength="${digits}" autocomplete="off" required autofocus aria-describedby="pin-hint">
<p class="hint" id="pin-hint">${texts.pinHint}</p>
${
  triesLeft === 1
    ? html`<p class="note">${texts.lastTry}</p>
<p><label class="box"><input type="checkbox" name="accept_last_try" value="yes" required> ${texts.acceptLastTry}</label></p>`
    : html`<p>${texts.triesLeft(triesLeft)}</p>`
}
<button type="submit">${texts.submitPin}</button>
</form>`;
}

function page(
  head: {
    readonly locale: Locale;
    readonly title: string;
    readonly refresh: boolean;
    readonly watch: boolean;
    readonly demonstration: string | undefined;
  },
  body: Html,
): string {
  return `<!doctype html>\n${
    html`<html lang="${head.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${head.title} – Kazasu</title>
<link rel="stylesheet" href="${paths.stylesheet}">
${head.refresh && html`<noscript><meta http-equiv="refresh" content="2"></noscript>`}
${head.watch && html`<script src="${paths.script}" defer></script>`}
</head>
<body>
${head.demonstration !== undefined && html`<aside class="demonstration">${head.demonstration}</aside>`}
${body}
</body>
</html>
`.text
  }`;
}
