import { type Html, html } from '../../pages/html.ts';
import type { SamplePerson } from '../people.ts';
import type { PerformedAct } from '../perform.ts';

/** A button that does something. */
export interface ActButton {
  readonly act: PerformedAct;
  readonly label: string;
  readonly look: 'primary' | 'secondary';
  /** Finds the button again after the page was brought up to date. */
  readonly id: string;
  readonly disabled?: boolean;
}

/** A form of one or more buttons; it works with the script and without. */
export function actForm(person: SamplePerson, ...buttons: readonly Html[]): Html {
  return html`<form class="act" method="post" action="/demo/acts">
<input type="hidden" name="person" value="${person.uid}">
${buttons}
</form>`;
}

export function button({ act, label, look, id, disabled = false }: ActButton): Html {
  return html`<button class="button ${look}" type="submit" name="act" value="${act}" id="${id}"${disabled && disabledMark}>${label}</button>`;
}

const disabledMark = html` disabled`;
