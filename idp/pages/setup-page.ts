import type { Instant } from '../domain/instant.ts';
import { type Html, html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { textsOf } from './texts/of-locale.ts';

/** The form's fields, in the order in which they are asked. */
export const setupFields = ['organization', 'displayName', 'uid'] as const;
export type SetupField = (typeof setupFields)[number];

/** What stands in the form; `wrong` is the field that was not taken. */
export interface SetupForm {
  readonly token: string;
  readonly values: { readonly [field in SetupField]?: string };
  readonly wrong?: SetupField;
}

/** The form that makes the first administrator. */
export function setupPage(frame: Frame, form: SetupForm): string {
  const { setup } = textsOf(frame.locale);
  return page(
    frame,
    setup.title,
    html`<h1>${setup.title}</h1>
<p class="lead">${setup.lead}</p>
<form class="panel" method="post" action="/setup" autocomplete="off">
<input type="hidden" name="token" value="${form.token}">
${setupFields.map((field) => textField(frame, form, field))}
<p><button class="button primary" type="submit">${setup.submit}</button></p>
</form>`,
  );
}

function textField(frame: Frame, { values, wrong }: SetupForm, field: SetupField): Html {
  const { label, hint, error } = textsOf(frame.locale).setup.fields[field];
  const described = `${field}-hint${wrong === field ? ` ${field}-error` : ''}`;
  return html`<div class="field">
<label for="${field}">${label}</label>
<p class="hint" id="${field}-hint">${hint}</p>
<input type="text" id="${field}" name="${field}" value="${values[field] ?? ''}" required maxlength="${field === 'uid' ? 64 : 200}" aria-describedby="${described}"${wrong === field && html` aria-invalid="true" autofocus`}${field === 'uid' && html` autocapitalize="none" spellcheck="false"`}>
${wrong === field && html`<p class="field-error" id="${field}-error" role="alert">${error}</p>`}
</div>`;
}

/** The invitation of the first administrator, shown once. */
export interface SetupDone {
  readonly displayName: string;
  readonly inviteCode: string;
  readonly inviteExpiresAt: Instant;
}

/** Says that the administrator exists, and how to go on to a card. */
export function setupDonePage(frame: Frame, done: SetupDone): string {
  const { setup } = textsOf(frame.locale);
  return page(
    frame,
    setup.doneTitle,
    html`<h1>${setup.doneTitle}</h1>
<p class="lead" role="status">${setup.doneLead(done.displayName)}</p>
<section class="panel">
<h2>${setup.inviteCode}</h2>
<p class="code"><code>${done.inviteCode}</code></p>
<p>${setup.inviteExpires(new Date(done.inviteExpiresAt))}</p>
<p><strong>${setup.onlyOnce}</strong></p>
</section>
<h2>${setup.nextSteps}</h2>
<ol class="steps">${setup.steps.map((step) => html`<li>${step}</li>`)}</ol>`,
  );
}
