import type { NamedSignIn } from '../flows/my-sessions.ts';
import { type Html, html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { textsOf } from './texts/of-locale.ts';
import type { SessionTexts } from './texts/session-texts.ts';

type ListedSignIn = Pick<
  NamedSignIn,
  'signInId' | 'kind' | 'clientNames' | 'signedInAt' | 'lastUsedAt' | 'acr'
> & { readonly isHere: boolean };

export interface SessionsPage {
  /** The newest use first. */
  readonly signIns: readonly ListedSignIn[];
  readonly path: string;
  readonly logOutPath: string;
}

/** Where somebody is signed in: what was opened, when and by what; each can be ended, and all but the one here. */
export function sessionsPage(frame: Frame, { signIns, path, logOutPath }: SessionsPage): string {
  const { sessions } = textsOf(frame.locale);
  const here = signIns.filter(({ isHere }) => isHere);
  const others = signIns.filter(({ isHere }) => !isHere);
  return page(
    frame,
    sessions.title,
    html`<h1>${sessions.title}</h1>
<p class="lead">${sessions.lead}</p>
${here.map(
  (signIn) => html`<section class="panel" aria-labelledby="here">
<h2 id="here">${sessions.thisBrowser}</h2>
${factsOf(signIn, sessions)}
<p><a class="button secondary" href="${logOutPath}">${sessions.endHere}</a></p>
</section>`,
)}
${others.map((signIn) => otherSignIn(signIn, path, sessions))}
${
  others.length === 0
    ? html`<p>${sessions.noOthers}</p>`
    : html`<form method="post" action="${path}/end-others">
<p><button class="button primary" type="submit" aria-describedby="others-hint">${sessions.endOthers}</button></p>
<p class="hint" id="others-hint">${sessions.endOthersHint}</p>
</form>`
}`,
  );
}

function otherSignIn(signIn: ListedSignIn, path: string, sessions: SessionTexts): Html {
  const { signInId: id, kind } = signIn;
  const signedInAt = new Date(signIn.signedInAt);
  return html`<section class="panel" aria-labelledby="name-${id}">
<h2 id="name-${id}">${kind === 'grant' ? sessions.withoutBrowser : sessions.session(signedInAt)}</h2>
${factsOf(signIn, sessions)}
<form method="post" action="${path}/${id}/end">
<p><button class="button secondary" type="submit" aria-describedby="name-${id}">${sessions.end}</button></p>
</form>
</section>`;
}

function factsOf({ clientNames, acr, signedInAt, lastUsedAt }: ListedSignIn, sessions: SessionTexts): Html {
  return html`<dl class="facts">
<dt>${sessions.systems}</dt><dd>${clientNames.length === 0 ? sessions.noSystem : clientNames.map((name) => html`<div>${name}</div>`)}</dd>
<dt>${sessions.factor}</dt><dd>${factorOf(acr, sessions)}</dd>
<dt>${sessions.since}</dt><dd>${sessions.moment(new Date(signedInAt))}</dd>
<dt>${sessions.lastUse}</dt><dd>${sessions.moment(new Date(lastUsedAt))}</dd>
</dl>`;
}

/** `card-pin`, or two of them: `certificate+password`. */
function factorOf(acr: string | undefined, { factors, unknownFactor }: SessionTexts): string {
  const names = acr?.split(':').at(-1)?.split('+') ?? [];
  const words = names.map((name) => Object.entries(factors).find(([factor]) => factor === name)?.[1]);
  return words.length === 0 || words.includes(undefined) ? unknownFactor : words.join(' + ');
}
