// Printable ASCII without space and capitals: what folding leaves as it is.
const plain = /^[\x21-\x40\x5b-\x7e]*$/;

/**
 * Two spellings of one name are one word: width (full-width letters and digits, half-width kana), composition and case
 * are folded, inner spaces become one, outer ones go. The record finds people and groups by it: what is stored folded
 * is folded anew by a migration when this changes.
 * @see RFC 4518 §2, RFC 4517 §4.2.11
 */
export function foldText(value: string): string {
  if (plain.test(value)) return value;
  return value.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
}
