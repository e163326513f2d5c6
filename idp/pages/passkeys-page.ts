import type { Passkey } from '../domain/passkey.ts';
import { type Html, html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { textsOf } from './texts/of-locale.ts';

type ListedPasskey = Pick<Passkey, 'passkeyId' | 'name' | 'deviceBound' | 'addedAt' | 'lastUsedAt'>;

export interface PasskeysPage {
  readonly passkeys: readonly ListedPasskey[];
  readonly path: string;
  readonly addPath: string;
}

/** Somebody's own passkeys: each with its name, to be renamed and removed; and the way to another one. */
export function passkeysPage(frame: Frame, { passkeys: listed, path, addPath }: PasskeysPage): string {
  const { passkeys } = textsOf(frame.locale);
  return page(
    frame,
    passkeys.title,
    html`<h1>${passkeys.title}</h1>
<p class="lead">${passkeys.lead}</p>
${listed.length === 0 && html`<p>${passkeys.none}</p>`}
${listed.map((passkey) => onePasskey(frame, path, passkey))}
<p><a class="button primary" href="${addPath}" aria-describedby="add-hint">${passkeys.add}</a></p>
<p class="hint" id="add-hint">${passkeys.addHint}</p>`,
  );
}

function onePasskey(frame: Frame, path: string, passkey: ListedPasskey): Html {
  const { passkeys } = textsOf(frame.locale);
  const { passkeyId: id, name, deviceBound, addedAt, lastUsedAt } = passkey;
  const used = lastUsedAt === undefined ? passkeys.neverUsed : passkeys.lastUsed(new Date(lastUsedAt));
  return html`<section class="panel" aria-labelledby="name-${id}">
<h2 id="name-${id}">${name}</h2>
<p>${deviceBound ? passkeys.deviceBound : passkeys.synced}<br>${passkeys.added(new Date(addedAt))}<br>${used}</p>
<form method="post" action="${path}/${id}/name">
<div class="field"><label for="field-${id}">${passkeys.name}</label>
<input type="text" id="field-${id}" name="name" value="${name}" required maxlength="60" autocomplete="off"></div>
<p><button class="button secondary" type="submit" aria-label="${passkeys.renameOf(name)}">${passkeys.rename}</button></p>
</form>
<form method="post" action="${path}/${id}/remove">
<p><button class="button secondary" type="submit" aria-label="${passkeys.removeOf(name)}" aria-describedby="remove-${id}">${passkeys.remove}</button></p>
<p class="hint" id="remove-${id}">${passkeys.removeHint}</p>
</form>
</section>`;
}
