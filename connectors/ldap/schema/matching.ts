import { foldText } from '../../../idp/domain/fold-text.ts';

/** For telephoneNumberMatch: spaces and hyphens say nothing. @see RFC 4518 §2.6.3 */
export function telephoneText(value: string): string {
  return foldText(value).replace(/[ \-\u2010-\u2015\u2212]+/g, '');
}

/** For numericStringMatch. @see RFC 4518 §2.6.2 */
export function numericText(value: string): string {
  return value.replace(/\s+/g, '');
}

/** Where a part of a substring assertion stands. */
export type PartPosition = 'initial' | 'any' | 'final';

/** A value whose spaces count as those of a substring assertion do: one at either end, two inside. */
export function paddedValue(prepared: string): string {
  return prepared === '' ? '  ' : ` ${prepared.replaceAll(' ', '  ')} `;
}

/**
 * A part of a substring assertion, to be looked for in a `paddedValue`.
 * @param prepare prepares text without regard to where it stands
 * @see RFC 4518 §2.6.1
 */
export function paddedPart(part: string, position: PartPosition, prepare: (text: string) => string): string {
  const prepared = prepare(part);
  if (prepared === '') return ' ';
  const before = position === 'initial' || /^\s/.test(part) ? ' ' : '';
  const behind = position === 'final' || /\s$/.test(part) ? ' ' : '';
  return before + prepared.replaceAll(' ', '  ') + behind;
}

/** Whether `value` fits `initial*any*any*final`; all of them are prepared. */
export function matchesSubstrings(
  value: string,
  initial: string | undefined,
  any: readonly string[],
  final: string | undefined,
): boolean {
  if (initial !== undefined && !value.startsWith(initial)) return false;
  let position = initial?.length ?? 0;
  for (const part of any) {
    const found = value.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  if (final === undefined) return true;
  return value.length - final.length >= position && value.endsWith(final);
}
