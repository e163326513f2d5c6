import { type Locale, localeFrom } from '../pages/locale.ts';
import { queryText, type RequestContext } from './request-context.ts';

/** Our own language link; a client's wish comes as `ui_locales`. */
const parameter = 'lang';
const cookie = 'kazasu_lang';
const cookieMs = 365 * 86_400_000;

/**
 * The language of an answer: the person's own choice, then the client's `ui_locales`, then the browser's, then Japanese.
 * @param uiLocales of the authorization request, where the URL at hand does not repeat it.
 * @see OpenID Connect Core §3.1.2.1
 */
export function localeOf(ctx: RequestContext, uiLocales?: string): Locale {
  return (
    localeFrom(queryText(ctx, parameter)) ??
    localeFrom(ctx.cookies.get(cookie)) ??
    localeFrom(uiLocales ?? queryText(ctx, 'ui_locales')) ??
    localeFrom(ctx.get('accept-language')) ??
    'ja'
  );
}

/** Keeps the language that a person chose by our own link. */
export function rememberLocale(ctx: RequestContext): void {
  const chosen = localeFrom(queryText(ctx, parameter));
  if (chosen === undefined || ctx.cookies.get(cookie) === chosen) return;
  ctx.cookies.set(cookie, chosen, { maxAge: cookieMs, sameSite: 'lax', httpOnly: true, overwrite: true });
}

/** This page in the other language; `undefined` where asking again would not show it. */
export function otherLanguageHref(ctx: RequestContext, locale: Locale): string | undefined {
  if (ctx.method !== 'GET') return undefined;
  const query = new URLSearchParams(ctx.querystring);
  query.set(parameter, locale === 'ja' ? 'en' : 'ja');
  // The query alone: a path such as //evil.example would make the link lead to another host.
  return `?${query}`;
}
