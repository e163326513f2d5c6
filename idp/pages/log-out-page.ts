import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { textsOf } from './texts/of-locale.ts';

/** Asks whether to sign out. @see OpenID Connect RP-Initiated Logout §2 */
export function logOutPage(
  frame: Frame,
  { action, xsrf }: { readonly action: string; readonly xsrf: string },
): string {
  const { logOut } = textsOf(frame.locale);
  return page(
    frame,
    logOut.title,
    html`<h1>${logOut.title}</h1>
<form class="panel" method="post" action="${action}">
<p class="lead">${logOut.question}</p>
<input type="hidden" name="xsrf" value="${xsrf}">
<ul class="choices">
<li><button class="button primary" type="submit" name="logout" value="yes">${logOut.yes}</button></li>
<li><button class="button secondary" type="submit">${logOut.no}</button></li>
</ul>
</form>`,
  );
}

/** Says that the session has ended. */
export function loggedOutPage(frame: Frame): string {
  const { logOut } = textsOf(frame.locale);
  return page(
    frame,
    logOut.doneTitle,
    html`<h1>${logOut.doneTitle}</h1>
<p class="lead" role="status">${logOut.done}</p>`,
  );
}
