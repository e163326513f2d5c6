// The part of Unicode that two spellings of the same word differ in: width, case, composition, spaces.
const plain = /^[\x21-\x40\x5b-\x7e]*$/;

/**
 * Prepares a value for caseIgnoreMatch: compatibility forms (full-width letters and digits, half-width
 * kana) and case are folded, inner spaces become one, outer ones go.
 * @see RFC 4518 §2, RFC 4517 §4.2.11
 */
export function foldText(value: string): string {
  if (plain.test(value)) return value;
  return value.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
}

/** Whether `value` fits `initial*any*any*final`; every part is folded already, as is the value. */
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

/** Folds a part of a substring assertion: its outer spaces count. */
export function foldPart(part: string): string {
  return part.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ');
}
