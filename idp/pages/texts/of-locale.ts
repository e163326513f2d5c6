import type { Locale } from '../locale.ts';
import type { Texts } from './catalogue.ts';
import { en } from './en.ts';
import { ja } from './ja.ts';

const catalogues: { readonly [locale in Locale]: Texts } = { ja, en };

/** Every word in one language. */
export function textsOf(locale: Locale): Texts {
  return catalogues[locale];
}
