import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import type { Explanation } from './texts/catalogue.ts';
import { textsOf } from './texts/of-locale.ts';

/** A form for a user name and something that only that person knows or was given. */
export interface SecretForm {
  readonly kind: 'password' | 'code';
  readonly clientName: string;
  readonly action: string;
  readonly token: string;
  /** The name that stands in the form already. */
  readonly uid: string;
  /** Why the last try was not taken. */
  readonly refusal?: Explanation;
  readonly otherWaysHref: string;
  readonly cancelHref: string;
}

/** How browsers treat the field; what was typed is never shown again. */
const inputs = {
  password: html`type="password" autocomplete="current-password"`,
  code: html`type="text" autocomplete="one-time-code" autocapitalize="none" spellcheck="false"`,
} as const;

/** Asks for a name and a password or code. */
export function secretPage(frame: Frame, form: SecretForm): string {
  const { signIn, secret } = textsOf(frame.locale);
  const { kind, clientName, action, token, uid, refusal, otherWaysHref, cancelHref } = form;
  const texts = secret[kind];
  const isWrong = refusal !== undefined;
  return page(
    frame,
    texts.title,
    html`<h1>${signIn.heading(clientName)}</h1>
${
  refusal !== undefined &&
  html`<div class="notice" role="alert" id="refusal"><p class="notice-what">${refusal.what}</p>
<p>${refusal.next}</p></div>`
}
<form class="panel" method="post" action="${action}">
<p class="lead">${texts.lead}</p>
<input type="hidden" name="token" value="${token}">
<div class="field">
<label for="uid">${secret.uid}</label>
<input type="text" id="uid" name="uid" value="${uid}" required maxlength="256" autocomplete="username" autocapitalize="none" spellcheck="false"${uid === '' && html` autofocus`}>
</div>
<div class="field">
<label for="secret">${texts.label}</label>
<p class="hint" id="secret-hint">${texts.hint}</p>
<input ${inputs[kind]} id="secret" name="secret" required maxlength="256" aria-describedby="secret-hint${isWrong && ' refusal'}"${isWrong && html` aria-invalid="true"`}${uid !== '' && html` autofocus`}>
</div>
<p><button class="button primary" type="submit">${secret.submit}</button></p>
</form>
<p><a href="${otherWaysHref}" rel="nofollow">${secret.otherWays}</a></p>
<p><a href="${cancelHref}" rel="nofollow">${signIn.cancel(clientName)}</a></p>`,
  );
}
