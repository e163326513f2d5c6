import { assets } from './assets.ts';
import { Html, html } from './html.ts';
import type { Locale } from './locale.ts';
import { textsOf } from './texts/of-locale.ts';

/** What every page needs beside its content. */
export interface Frame {
  readonly locale: Locale;
  /** Says on every page that this is a demonstration with a test authority. */
  readonly demoBanner: boolean;
  /** This page in the other language; absent where the page cannot be asked for again. */
  readonly otherLanguageHref?: string;
  /** What an error page shows, to be told to an administrator. */
  readonly reference?: string;
}

/** A whole page. @returns HTML that runs under `default-src 'none'; style-src 'self'; img-src 'self'`. */
export function page(frame: Frame, title: string, content: Html): string {
  const texts = textsOf(frame.locale);
  return html`<!doctype html>
<html lang="${frame.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} | ${texts.productName}</title>
<link rel="icon" href="${assets.icon.path}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.stylesheet.path}">
</head>
<body>
<a class="skip-link" href="#main">${texts.skipToMain}</a>
${frame.demoBanner && html`<aside class="demo-banner">${texts.demoBanner}</aside>`}
<header class="site-header">
<a class="brand" href="/">${mark}<span class="brand-name">${texts.productName}</span><span class="brand-kind">${texts.productKind}</span></a>
${languageLink(frame)}
</header>
<main id="main" class="main" tabindex="-1">
${content}
</main>
</body>
</html>
`.text;
}

function languageLink({ locale, otherLanguageHref }: Frame): Html | undefined {
  const { otherLanguage, languageLabel } = textsOf(locale);
  if (otherLanguageHref === undefined) return undefined;
  return html`<nav aria-label="${languageLabel}"><a class="language" href="${otherLanguageHref}" lang="${otherLanguage.locale}" hreflang="${otherLanguage.locale}">${otherLanguage.name}</a></nav>`;
}

/** The product's mark: a card held over a reader. */
const mark = new Html(
  '<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">' +
    '<rect class="mark-ground" width="32" height="32" rx="7"/>' +
    '<rect class="mark-card" x="7" y="7" width="18" height="11" rx="2"/>' +
    '<path class="mark-waves" d="M12 22.5a5.7 5.7 0 0 0 8 0M9.5 25a9.2 9.2 0 0 0 13 0"/></svg>',
);
