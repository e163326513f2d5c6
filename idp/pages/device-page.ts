import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import type { DeviceProblem } from './texts/catalogue.ts';
import { textsOf } from './texts/of-locale.ts';

/** Where a form about a device's code goes, and by what it is known to come from this page. */
export interface DeviceForm {
  readonly action: string;
  readonly xsrf: string;
}

/** Asks for the code that a device shows. @see RFC 8628 §3.3 */
export function deviceCodePage(
  frame: Frame,
  {
    action,
    xsrf,
    userCode,
    problem,
  }: DeviceForm & { readonly userCode?: string; readonly problem?: DeviceProblem },
): string {
  const { code, problems } = textsOf(frame.locale).device;
  const described = `user-code-hint${problem === undefined ? '' : ' user-code-error'}`;
  return page(
    frame,
    code.title,
    html`<h1>${code.title}</h1>
<p class="lead">${code.lead}</p>
<form class="panel" method="post" action="${action}" autocomplete="off">
<input type="hidden" name="xsrf" value="${xsrf}">
<div class="field">
<label for="user-code">${code.label}</label>
<p class="hint" id="user-code-hint">${code.hint}</p>
<input type="text" id="user-code" name="user_code" value="${userCode ?? ''}" required maxlength="20" autocapitalize="characters" spellcheck="false" aria-describedby="${described}"${problem !== undefined && html` aria-invalid="true"`}>
${problem !== undefined && html`<p class="field-error" id="user-code-error" role="alert">${problems[problem]}</p>`}
</div>
<p><button class="button primary" type="submit">${code.submit}</button></p>
</form>`,
  );
}

/**
 * Asks whether the code stands on the device in front of the person: somebody else's code, sent along, would sign in there.
 * @see RFC 8628 §5.4 (remote phishing)
 */
export function deviceConfirmPage(
  frame: Frame,
  {
    action,
    xsrf,
    userCode,
    clientName,
  }: DeviceForm & { readonly userCode: string; readonly clientName: string },
): string {
  const { confirm } = textsOf(frame.locale).device;
  return page(
    frame,
    confirm.title,
    html`<h1>${confirm.heading(clientName)}</h1>
<p class="lead">${confirm.lead}</p>
<form class="panel" method="post" action="${action}">
<p class="code">${userCode}</p>
<p class="hint">${confirm.warning}</p>
<input type="hidden" name="xsrf" value="${xsrf}">
<input type="hidden" name="user_code" value="${userCode}">
<ul class="choices">
<li><button class="button primary" type="submit" name="confirm" value="yes">${confirm.yes}</button></li>
<li><button class="button secondary" type="submit" name="abort" value="yes">${confirm.no}</button></li>
</ul>
</form>`,
  );
}

/** Says that the device goes on. */
export function deviceDonePage(frame: Frame, clientName: string): string {
  const { done } = textsOf(frame.locale).device;
  return page(
    frame,
    done.title,
    html`<h1>${done.title}</h1>
<p class="lead" role="status">${done.lead(clientName)}</p>`,
  );
}
