import type { SoftwarePasskey, Whims } from '../../../support/software-authenticator.ts';
import type { Browser, Page } from './browser.ts';
import type { RunningIdp } from './running-idp.ts';

type Json = { readonly [name: string]: unknown };

/** What a page gives to the browser's WebAuthn. */
export function optionsIn({ text }: Page): Json {
  const found = /data-options="([^"]*)"/.exec(text)?.[1];
  if (found === undefined) throw new Error(`no options on the page: ${text}`);
  return JSON.parse(found.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
}

/** What the page's script sends; with the `Origin` that a browser sets. */
export async function postJson(
  idp: Pick<RunningIdp, 'issuer'>,
  browser: Browser,
  path: string,
  body: Json,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly answer: { readonly [name: string]: unknown } }> {
  const page = await browser.postJson(new URL(path, idp.issuer).href, body, {
    origin: idp.issuer,
    ...headers,
  });
  return { status: page.status, answer: JSON.parse(page.text) };
}

/** Signs in on a sign-in page with a passkey. @returns what the service answered to the script. */
export async function signInWith(
  idp: Pick<RunningIdp, 'issuer'>,
  browser: Browser,
  signInPage: Page,
  passkey: SoftwarePasskey,
  whims: Whims = {},
): ReturnType<typeof postJson> {
  const path = `${new URL(signInPage.url).pathname}/passkey`;
  const page = await browser.get(new URL(path, idp.issuer).href);
  return postJson(idp, browser, path, { response: passkey.get(optionsIn(page), whims) });
}
