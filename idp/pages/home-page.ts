import { html } from './html.ts';
import { type Frame, page } from './layout.ts';
import { textsOf } from './texts/of-locale.ts';

/** The front page: what this is, and where each kind of visitor goes on. */
export function homePage(frame: Frame, { issuer }: { readonly issuer: string }): string {
  const { home, passkeys, sessions } = textsOf(frame.locale);
  const discovery = `${issuer}/.well-known/openid-configuration`;
  return page(
    frame,
    home.title,
    html`<h1>${home.title}</h1>
<p class="lead">${home.lead}</p>
<section class="panel">
<h2>${home.forStaff}</h2>
${home.forStaffText.map((line) => html`<p>${line}</p>`)}
<ul>
<li><a href="/me/passkeys">${passkeys.title}</a></li>
<li><a href="/me/sessions">${sessions.title}</a></li>
</ul>
</section>
<section class="panel">
<h2>${home.forIntegrators}</h2>
<dl class="facts">
<dt>${home.issuer}</dt><dd><code>${issuer}</code></dd>
<dt>${home.discovery}</dt><dd><a href="${discovery}"><code>${discovery}</code></a></dd>
</dl>
</section>`,
  );
}
