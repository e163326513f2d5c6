/** The languages that every page speaks; the first is the default. */
export const locales = ['ja', 'en'] as const;
export type Locale = (typeof locales)[number];

/**
 * The first of our languages that a list of language tags asks for.
 * @param tags space- or comma-separated BCP 47 tags, most wanted first; `;q=` weights are honoured, `*` is ours to choose.
 * @see OpenID Connect Core §3.1.2.1 (`ui_locales`)
 * @see RFC 9110 §12.5.4 (`Accept-Language`)
 */
export function localeFrom(tags: string | undefined): Locale | undefined {
  // Bounded before any work on it: the text comes from anyone.
  const wanted = (tags ?? '').slice(0, 400).split(/[\s,]+(?!;)/);
  return wanted
    .map(parseTag)
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ language }) => locales.find((locale) => locale === language || language === '*'))
    .find((locale) => locale !== undefined);
}

function parseTag(text: string): { readonly language: string; readonly weight: number } {
  const [tag = '', ...parameters] = text.split(';').map((part) => part.trim());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  return { language: tag.split('-')[0]?.toLowerCase() ?? '', weight: Number.isFinite(weight) ? weight : 0 };
}
