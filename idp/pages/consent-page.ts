import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { textsOf } from './texts/of-locale.ts';

/** What a client asks for, and where the answer goes. */
export interface ConsentForm {
  readonly clientName: string;
  /** Who is signed in. */
  readonly displayName: string;
  /** Scopes by name. */
  readonly asked: readonly string[];
  readonly action: string;
  readonly token: string;
}

/** Says who gets what, and asks whether that may be. */
export function consentPage(frame: Frame, form: ConsentForm): string {
  const { consent } = textsOf(frame.locale);
  const { clientName, displayName, asked, action, token } = form;
  // In the order of the texts: what makes sense only after the others stands last.
  const scopes = Object.entries(consent.released).filter(
    ([scope]) => scope === 'openid' || asked.includes(scope),
  );
  const released = scopes.map(([, what]) => what);
  return page(
    frame,
    consent.title,
    html`<h1>${consent.heading(clientName)}</h1>
<p class="lead">${consent.lead(clientName, displayName)}</p>
<form class="panel" method="post" action="${action}">
<h2>${consent.listHeading}</h2>
<input type="hidden" name="token" value="${token}">
<ul>
${released.map((what) => html`<li>${what}</li>\n`)}</ul>
<p class="hint">${consent.remembered}</p>
<ul class="choices">
<li><button class="button primary" type="submit" name="decision" value="allow">${consent.allow}</button></li>
<li><button class="button secondary" type="submit" name="decision" value="refuse">${consent.refuse(clientName)}</button></li>
</ul>
</form>`,
  );
}
