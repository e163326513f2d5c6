import type { Locale } from '../pages/locale.ts';
import type { ActName, ActResult } from './journal.ts';
import { demoTextsOf, reasonText } from './texts/of-locale.ts';

/** What an act came to, in words. */
export function resultText(name: ActName, result: ActResult, locale: Locale): string {
  const texts = demoTextsOf(locale);
  if (result.outcome === 'done') return texts.acts[name].done(result.facts);
  if (result.outcome === 'fault') return `${texts.fault} (${result.reason})`;
  return texts.refused(reasonText(locale, result.reason));
}

/** Short times with more digits: an index look-up takes hundredths of a millisecond. */
export function msText(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}
