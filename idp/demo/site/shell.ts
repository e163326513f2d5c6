import { assets } from '../../pages/assets.ts';
import { type Html, html } from '../../pages/html.ts';
import type { Frame } from '../../pages/layout.ts';
import { textsOf } from '../../pages/texts/of-locale.ts';
import { demoAssets } from './demo-assets.ts';

/** A page wider than the product's own, with its look and one script of its own. */
export function demoShell(frame: Frame, title: string, content: Html): string {
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
<link rel="stylesheet" href="${demoAssets.stylesheet.path}">
<script src="${demoAssets.script.path}" type="module"></script>
</head>
<body>
<a class="skip-link" href="#main">${texts.skipToMain}</a>
<p class="demo-banner" role="note">${texts.demoBanner}</p>
<header class="site-header">
<a class="brand" href="/demo"><img class="mark" src="${assets.icon.path}" width="32" height="32" alt=""><span class="brand-name">${texts.productName}</span><span class="brand-kind">${texts.productKind}</span></a>
<nav aria-label="${texts.languageLabel}"><a class="language" href="${frame.otherLanguageHref ?? '/demo'}" lang="${texts.otherLanguage.locale}" hreflang="${texts.otherLanguage.locale}">${texts.otherLanguage.name}</a></nav>
</header>
<p class="visually-hidden" role="status" id="announcement"></p>
<main id="main" class="demo" tabindex="-1">
${content}
</main>
</body>
</html>
`.text;
}
