import type { Locale } from '../../pages/locale.ts';
import type { Reasons } from '../../pages/texts/catalogue.ts';
import { textsOf } from '../../pages/texts/of-locale.ts';
import type { DemoTexts } from './catalogue.ts';
import { en } from './en.ts';
import { ja } from './ja.ts';

/** The demonstration's words in a language. */
export function demoTextsOf(locale: Locale): DemoTexts {
  return locale === 'ja' ? ja : en;
}

/** A refusal in words, by the name that the decision gave it; the name itself where nobody explains it. */
export function reasonText(locale: Locale, reason: string): string {
  const { denial, bridge, approval, returned, trouble }: Reasons = textsOf(locale).reasons;
  const explained: { readonly [name: string]: { readonly what: string } } = {
    ...trouble,
    ...returned,
    ...approval,
    ...bridge,
    ...denial,
  };
  return demoTextsOf(locale).reasons[reason] ?? explained[reason]?.what ?? reason;
}
