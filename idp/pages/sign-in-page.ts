import type { WayName } from '../domain/way.ts';
import { assets } from './assets.ts';
import { Html, html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { textsOf } from './texts/of-locale.ts';

/** What a person can choose on the sign-in page. */
export interface SignInChoices {
  readonly clientName: string;
  /** The first one is the one to expect. */
  readonly ways: readonly { readonly way: WayName; readonly href: string }[];
  /** Who began, or is signed in already, and has something to add. */
  readonly soFar?: {
    readonly displayName: string;
    readonly step: 'one-more' | 'again';
    readonly switchHref: string;
  };
  /** Who is signed in and may go on so, where one is to choose. */
  readonly continueAs?: { readonly displayName: string; readonly action: string; readonly token: string };
  /** Where a browser goes that holds a station's key, although it does not say so. */
  readonly stationHref?: string;
  /** Back to the client, with `access_denied`. */
  readonly cancelHref: string;
}

/** The page on which a sign-in starts: links only, because a form that leads to the bridge is stopped by `form-action`. */
export function signInPage(frame: Frame, choices: SignInChoices): string {
  const { signIn } = textsOf(frame.locale);
  const { clientName, ways, soFar, continueAs, stationHref, cancelHref } = choices;
  const offer = offerOf(ways.map(({ way }) => way));
  return page(
    frame,
    signIn.title,
    html`<h1>${signIn.heading(clientName)}</h1>
${
  continueAs !== undefined &&
  html`<form class="panel" method="post" action="${continueAs.action}">
<input type="hidden" name="token" value="${continueAs.token}">
<p class="lead">${signIn.chooser}</p>
<p><button class="button primary" type="submit">${signIn.continueAs(continueAs.displayName)}</button></p>
</form>`
}
<div class="panel">
${(offer === 'tap' || offer === 'pin' || offer === 'both') && picture}
${soFar !== undefined && html`<p role="status">${signIn.soFar[soFar.step](soFar.displayName)}</p>`}
<p class="lead">${signIn.lead[offer]}</p>
${
  offer !== 'none' &&
  html`<ul class="choices">
${ways.map(({ way, href }, index) => choice(href, signIn.ways[way], `${way}-hint`, index === 0 ? 'primary' : 'secondary'))}
</ul>`
}
</div>
${soFar !== undefined && html`<p><a href="${soFar.switchHref}" rel="nofollow">${signIn.notMe(soFar.displayName)}</a></p>`}
<p><a href="${cancelHref}" rel="nofollow">${signIn.cancel(clientName)}</a></p>
${
  offer !== 'none' &&
  html`<details class="help">
<summary>${signIn.helpTitle}</summary>
<ul>${signIn.help.map((line) => html`<li>${line}</li>`)}</ul>
</details>`
}
${
  stationHref !== undefined &&
  html`<div hidden data-station="find" data-base="${stationHref}"></div>
<script src="${assets.station.path}" defer></script>`
}`,
  );
}

function offerOf(ways: readonly WayName[]): 'tap' | 'pin' | 'both' | 'choose' | 'none' {
  const [way, another] = ways;
  if (way === undefined) return 'none';
  if (ways.some((offered) => offered !== 'tap' && offered !== 'pin')) return 'choose';
  if (another !== undefined) return 'both';
  return way === 'tap' ? 'tap' : 'pin';
}

function choice(
  href: string,
  { label, hint }: { readonly label: string; readonly hint: string },
  hintId: string,
  look: 'primary' | 'secondary',
): Html {
  return html`<li><a class="button ${look}" href="${href}" rel="nofollow" aria-describedby="${hintId}">${label}</a>
<p class="hint" id="${hintId}">${hint}</p></li>`;
}

/** Decoration only: a card over a reader. */
const picture = new Html(
  '<svg class="picture" viewBox="0 0 160 104" width="160" height="104" aria-hidden="true" focusable="false">' +
    '<path class="picture-reader" d="M22 74h116a8 8 0 0 1 8 8v6a8 8 0 0 1-8 8H22a8 8 0 0 1-8-8v-6a8 8 0 0 1 8-8z"/>' +
    '<path class="picture-waves" d="M62 63a26 26 0 0 0 36 0M70 56a15 15 0 0 0 20 0"/>' +
    '<rect class="picture-card" x="42" y="6" width="76" height="42" rx="5"/>' +
    '<rect class="picture-chip" x="51" y="17" width="14" height="11" rx="2"/>' +
    '<path class="picture-lines" d="M73 20h34M73 28h24M51 38h56"/></svg>',
);
