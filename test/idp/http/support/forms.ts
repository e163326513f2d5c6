import { PasswordChecks } from '../../../../idp/flows/password-checks.ts';
import type { Clock } from '../../../../idp/ports/clock.ts';
import type { Browser, Page } from './browser.ts';

/** A directory above that knows these passwords by name. */
export function directoryOf(passwords: { readonly [uid: string]: string }, clock: Clock): PasswordChecks {
  const verify = async ({ uid }: { readonly uid: string }, password: string) =>
    password !== '' && passwords[uid] === password ? ('right' as const) : ('wrong' as const);
  return new PasswordChecks({ verify }, clock);
}

/** Where a page leads for one way to sign in. */
export function hrefTo(page: Page, ending: string): string {
  const href = new RegExp(`href="([^"]*/${ending})"`).exec(page.text)?.[1];
  if (href === undefined) throw new Error(`the page leads to no ${ending}: ${page.status} ${page.text}`);
  return new URL(href, page.url).href;
}

/** Fills in a page's form and sends it, as a browser would. */
export function submit(
  browser: Browser,
  page: Page,
  fields: { readonly [name: string]: string },
  headers: { readonly [name: string]: string } = { origin: new URL(page.url).origin },
): Promise<Page> {
  const action = /<form[^>]*action="([^"]+)"/.exec(page.text)?.[1];
  if (action === undefined) throw new Error(`the page has no form: ${page.status} ${page.text}`);
  const token = /name="token" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
  return browser.post(new URL(action, page.url).href, { token, ...fields }, { ...headers });
}

/** From a sign-in page by password to what follows. @returns the first page or redirect that leaves the provider. */
export async function signInByPassword(
  browser: Browser,
  signInPage: Page,
  uid: string,
  password: string,
): Promise<Page> {
  const form = await browser.get(hrefTo(signInPage, 'password'));
  const answer = await submit(browser, form, { uid, secret: password });
  const ours = answer.location.startsWith(new URL(form.url).origin);
  return ours ? browser.follow(answer.location) : answer;
}
