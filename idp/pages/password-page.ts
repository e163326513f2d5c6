import type { PasswordRefusal } from '../flows/log-in-with-password.ts';
import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { textsOf } from './texts/of-locale.ts';

/** The form for the directory password. */
export interface PasswordForm {
  readonly clientName: string;
  readonly action: string;
  readonly token: string;
  /** The name that stands in the form already. */
  readonly uid: string;
  /** Why the last try was not taken. */
  readonly refusal?: PasswordRefusal;
  readonly otherWaysHref: string;
  readonly cancelHref: string;
}

/** Asks for name and password; the password is never shown again. */
export function passwordPage(frame: Frame, form: PasswordForm): string {
  const { signIn, password: texts, reasons } = textsOf(frame.locale);
  const { clientName, action, token, uid, refusal, otherWaysHref, cancelHref } = form;
  const explained = refusal === undefined ? undefined : reasons.password[refusal];
  return page(
    frame,
    texts.title,
    html`<h1>${signIn.heading(clientName)}</h1>
${
  explained !== undefined &&
  html`<div class="notice" role="alert" id="refusal"><p class="notice-what">${explained.what}</p>
<p>${explained.next}</p></div>`
}
<form class="panel" method="post" action="${action}">
<p class="lead">${texts.lead}</p>
<input type="hidden" name="token" value="${token}">
<div class="field">
<label for="uid">${texts.uid}</label>
<input type="text" id="uid" name="uid" value="${uid}" required maxlength="256" autocomplete="username" autocapitalize="none" spellcheck="false"${uid === '' && html` autofocus`}>
</div>
<div class="field">
<label for="password">${texts.password}</label>
<p class="hint" id="password-hint">${texts.passwordHint}</p>
<input type="password" id="password" name="password" required maxlength="256" autocomplete="current-password" aria-describedby="password-hint${explained !== undefined && ' refusal'}"${explained !== undefined && html` aria-invalid="true"`}${uid !== '' && html` autofocus`}>
</div>
<p><button class="button primary" type="submit">${texts.submit}</button></p>
</form>
<p><a href="${otherWaysHref}" rel="nofollow">${texts.otherWays}</a></p>
<p><a href="${cancelHref}" rel="nofollow">${signIn.cancel(clientName)}</a></p>`,
  );
}
