import { type Html, html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { passkeyForm } from './passkey-form.ts';
import type { Explanation } from './texts/catalogue.ts';
import { textsOf } from './texts/of-locale.ts';

/** Where somebody who is signed in makes another passkey. */
export function addPasskeyPage(
  frame: Frame,
  form: { readonly action: string; readonly options: { readonly [name: string]: unknown } },
): string {
  const { passkeys } = textsOf(frame.locale);
  return page(
    frame,
    passkeys.addTitle,
    html`<h1>${passkeys.addTitle}</h1>
<p class="lead">${passkeys.addLead}</p>
${passkeyForm(frame, { ...form, does: 'create', label: passkeys.make }, nameField(frame))}
<p><a href="${form.action}">${passkeys.title}</a></p>`,
  );
}

/** Where somebody without card and passkey makes the first one, with an approver's code. */
export function firstPasskeyPage(
  frame: Frame,
  { action, optionsPath }: { readonly action: string; readonly optionsPath: string },
): string {
  const { passkeys } = textsOf(frame.locale);
  const { first } = passkeys;
  const form = { does: 'create', action, options: { from: optionsPath }, label: passkeys.make } as const;
  const fields = html`<div class="field"><label for="uid">${first.uid}</label>
<p class="hint" id="uid-hint">${first.uidHint}</p>
<input type="text" id="uid" name="uid" required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false" aria-describedby="uid-hint"></div>
<div class="field"><label for="code">${first.code}</label>
<p class="hint" id="code-hint">${first.codeHint}</p>
<input type="text" id="code" name="code" required maxlength="40" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" aria-describedby="code-hint"></div>
${nameField(frame)}`;
  return page(
    frame,
    first.title,
    html`<h1>${first.title}</h1>
<p class="lead">${first.lead}</p>
${passkeyForm(frame, form, fields)}`,
  );
}

/** Says that it is there, and where to go on. */
export function firstPasskeyDonePage(
  frame: Frame,
  { passkeysPath }: { readonly passkeysPath: string },
): string {
  const { first } = textsOf(frame.locale).passkeys;
  return page(
    frame,
    first.doneTitle,
    html`<h1>${first.doneTitle}</h1>
<p class="lead" role="status">${first.done}</p>
<p><a href="${passkeysPath}">${first.toPasskeys}</a></p>`,
  );
}

/** Where somebody signs in with one. */
export function passkeySignInPage(
  frame: Frame,
  facts: {
    readonly clientName: string;
    readonly action: string;
    readonly options: { readonly [name: string]: unknown };
    readonly otherWayHref: string;
    readonly refusal?: Explanation;
  },
): string {
  const { signIn } = textsOf(frame.locale).passkeys;
  const { clientName, action, options, otherWayHref, refusal } = facts;
  const form = {
    ...({ does: 'get', action, options, label: signIn.use } as const),
    // Not again by itself after a refusal: the person is to read it.
    ...(refusal === undefined ? { startsItself: true } : { refusal }),
  };
  return page(
    frame,
    signIn.title,
    html`<h1>${signIn.heading(clientName)}</h1>
<p class="lead">${signIn.lead}</p>
${passkeyForm(frame, form)}
<p><a href="${otherWayHref}" rel="nofollow">${signIn.otherWay}</a></p>`,
  );
}

function nameField(frame: Frame): Html {
  const { passkeys } = textsOf(frame.locale);
  return html`<div class="field"><label for="name">${passkeys.name}</label>
<p class="hint" id="name-hint">${passkeys.nameHint}</p>
<input type="text" id="name" name="name" required maxlength="60" autocomplete="off" aria-describedby="name-hint"></div>`;
}
