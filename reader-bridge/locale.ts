import type { BridgeTexts, Locale } from './texts.ts';
import { en } from './texts-en.ts';
import { ja } from './texts-ja.ts';

const texts: { readonly [locale in Locale]: BridgeTexts } = { ja, en };

export function textsOf(locale: Locale): BridgeTexts {
  return texts[locale];
}

/**
 * The first of our languages that a browser asks for; Japanese when it names none.
 * Weights are not looked at: browsers list languages in their order of preference.
 * @see RFC 9110 §12.5.4
 */
export function localeOf(acceptLanguage: string | undefined): Locale {
  const wanted = (acceptLanguage ?? '').slice(0, 400).toLowerCase().split(',');
  const languages = wanted.map((tag) => tag.trim().slice(0, 2));
  return languages.find((language): language is Locale => language === 'ja' || language === 'en') ?? 'ja';
}
