import type { Page } from '../../../idp/http/support/browser.ts';

/** What a client gets at its redirect URI. */
export interface AuthorizationResponse {
  readonly mode: 'query' | 'form_post';
  readonly parameters: URLSearchParams;
}

/** What of a page is meant for the client: a redirect that leaves the provider, or a form that a script sends. */
export function responseOf(page: Page): AuthorizationResponse | undefined {
  if (page.location !== '' && new URL(page.location).origin !== new URL(page.url).origin) {
    return { mode: 'query', parameters: new URL(page.location).searchParams };
  }
  return formPostOf(page);
}

/** @see OAuth 2.0 Form Post Response Mode §2 */
function formPostOf(page: Page): AuthorizationResponse | undefined {
  const form = /<form method="post" action="([^"]*)"/.exec(page.text)?.[1];
  if (form === undefined || form.startsWith(new URL(page.url).origin)) return undefined;
  const inputs = page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  const parameters = new URLSearchParams();
  for (const [, name = '', value = ''] of inputs) parameters.append(name, unescaped(value));
  return { mode: 'form_post', parameters };
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
