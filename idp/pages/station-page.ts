import type { StationRefusal } from '../domain/station.ts';
import { assets } from './assets.ts';
import { type Html, html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { referenceLine } from './reference-line.ts';
import { textsOf } from './texts/of-locale.ts';

/** Where a person at a station can go. */
export interface StationWays {
  readonly clientName: string;
  /** The page that waits for a card. */
  readonly stationHref: string;
  /** The sign-in page with everything else that the client accepts. */
  readonly otherWaysHref: string;
  /** Back to the client, with `access_denied`. */
  readonly cancelHref: string;
}

/** Waits for a card; the script opens the request with the station's key and goes on by itself. */
export function stationWaitPage(
  frame: Frame,
  { uid, issuer, ...ways }: StationWays & { readonly uid: string; readonly issuer: string },
): string {
  const { wait } = textsOf(frame.locale).station;
  return page(
    frame,
    wait.title,
    html`<h1>${wait.heading(ways.clientName)}</h1>
<div class="panel" data-station="wait" data-base="${ways.stationHref}" data-uid="${uid}" data-issuer="${issuer}">
<p class="lead">${wait.lead}</p>
<p role="status"><span data-when="opening">${wait.opening}</span><span data-when="open" hidden>${wait.open}</span></p>
<p class="field-error" role="alert"><span data-when="unreachable" hidden>${wait.unreachable}</span></p>
<noscript><p class="field-error">${wait.noScript}</p></noscript>
</div>
${waysOut(frame, ways)}
<script src="${assets.station.path}" defer></script>`,
  );
}

/** Shows whose card it was, and asks to go on: what is confirmed is bound to this sign-in and to this showing. */
export function stationConfirmPage(
  frame: Frame,
  { name, confirmation, ...ways }: StationWays & { readonly name: string; readonly confirmation: string },
): string {
  const { confirm } = textsOf(frame.locale).station;
  return page(
    frame,
    confirm.title,
    html`<h1 tabindex="-1" autofocus>${confirm.question(name)}</h1>
<div class="panel" data-station="confirm" data-base="${ways.stationHref}" data-confirmation="${confirmation}">
<p class="lead">${confirm.lead(ways.clientName)}</p>
<ul class="choices">
<li><button class="button primary" type="button" data-do="confirm" aria-describedby="limit">${confirm.yes}</button></li>
<li><button class="button secondary" type="button" data-do="leave">${confirm.no(name)}</button></li>
</ul>
<p class="hint" id="limit">${confirm.limit}</p>
</div>
<p><a href="${ways.cancelHref}" rel="nofollow">${textsOf(frame.locale).signIn.cancel(ways.clientName)}</a></p>
<script src="${assets.station.path}" defer></script>`,
  );
}

/** Nobody was signed in here: what happened, what to do next; to whoever has a card that nobody knows, how to register. */
export function stationRefusedPage(
  frame: Frame,
  { reason, ...ways }: StationWays & { readonly reason: StationRefusal },
): string {
  const { reasons, refused, station } = textsOf(frame.locale);
  const { what, next } = reasons.station[reason];
  return page(
    frame,
    refused.title,
    html`<h1>${refused.title}</h1>
<div class="notice" role="alert"><p class="notice-what">${what}</p></div>
<h2>${refused.whatNext}</h2>
<p>${next}</p>
${
  reason === 'unknown-card' &&
  html`<section class="panel"><h3>${station.registerTitle}</h3>
<ol class="steps">${station.registerSteps.map((step) => html`<li>${step}</li>`)}</ol></section>`
}
<p><a class="button primary" href="${ways.stationHref}" rel="nofollow">${station.again}</a></p>
${waysOut(frame, ways)}
${referenceLine(frame, reason)}`,
  );
}

function waysOut({ locale }: Frame, { otherWaysHref, cancelHref, clientName }: StationWays): Html {
  const { station, signIn } = textsOf(locale);
  return html`<p><a href="${otherWaysHref}" rel="nofollow">${station.otherWays}</a></p>
<p><a href="${cancelHref}" rel="nofollow">${signIn.cancel(clientName)}</a></p>`;
}
