// Printable ASCII without space and capitals: what folding leaves as it is.
const plain = /^[\x21-\x40\x5b-\x7e]*$/;

/** Soft hyphens, joiners, variation selectors, controls: they say nothing, but for those that are spaces. */
const nothing = /(?![\t\n\v\f\r\x85])[\p{Cc}\p{Cf}]|\u034f|\u1806|[\u180b-\u180d]|[\ufe00-\ufe0f]|\ufffc/gu;

/**
 * Two spellings of one name are one word: width (full-width letters and digits, half-width kana), composition and case
 * are folded, inner spaces become one, outer ones go. The record finds people and groups by it: what is stored folded
 * is folded anew by a migration when this changes.
 * @see RFC 4518 §2, RFC 4517 §4.2.11
 */
export function foldText(value: string): string {
  if (plain.test(value)) return value;
  return unspaced(value).toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ');
}

/** The same, and capitals stay what they are. @see RFC 4517 §4.2.4 */
export function foldExactText(value: string): string {
  return plain.test(value) ? value : unspaced(value);
}

function unspaced(value: string): string {
  return value
    .replace(nothing, '')
    .normalize('NFKC')
    .replace(/[\s\x85]+/g, ' ')
    .trim();
}
