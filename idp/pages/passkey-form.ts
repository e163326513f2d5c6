import { assets } from './assets.ts';
import { type Html, html } from './html.ts';
import type { Frame } from './layout.ts';
import type { Explanation } from './texts/catalogue.ts';
import { textsOf } from './texts/of-locale.ts';

/** A form that has the browser make or use a passkey; its script sends JSON and follows the answer. */
export interface PasskeyForm {
  readonly does: 'create' | 'get';
  readonly action: string;
  /** For the browser's WebAuthn, or where to get them for what is typed. */
  readonly options: { readonly [name: string]: unknown } | { readonly from: string };
  readonly label: string;
  /** Asks at once, without a press of the button. */
  readonly startsItself?: boolean;
  /** What went wrong the last time. */
  readonly refusal?: Explanation;
}

/** The form around `fields`, with places for what happens, and the script. */
export function passkeyForm(frame: Frame, form: PasskeyForm, fields?: Html): Html {
  const { passkeys } = textsOf(frame.locale);
  const { options } = form;
  const from = typeof options.from === 'string' ? options.from : undefined;
  const source =
    from === undefined
      ? html` data-options="${JSON.stringify(options)}"`
      : html` data-options-from="${from}"`;
  return html`<div id="passkey-alert" role="alert">${form.refusal !== undefined && notice(form.refusal)}</div>
<form class="panel" method="post" action="${form.action}" data-passkey="${form.does}"${source} data-troubles="${JSON.stringify(passkeys.trouble)}" data-working="${passkeys.working}"${form.startsItself === true && html` data-start=""`}>
<noscript><p><strong>${passkeys.needsScript}</strong></p></noscript>
${fields}
<p><button class="button primary" type="submit">${form.label}</button></p>
</form>
<p id="passkey-status" role="status"></p>
<script type="module" src="${assets.passkey.path}"></script>`;
}

function notice({ what, next }: Explanation): Html {
  return html`<div class="notice"><p class="notice-what">${what}</p><p>${next}</p></div>`;
}
