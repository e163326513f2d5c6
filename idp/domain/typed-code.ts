/**
 * A one-time code as somebody typed it: spaces, hyphens and capitals do not count, and what looks alike is taken for the
 * letter.
 */
export function readTypedCode(typed: string): string {
  return typed
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replaceAll('0', 'o')
    .replaceAll('1', 'l');
}

/** In groups of four: easier to say and to type. */
export function shownCode(code: string): string {
  return (code.match(/.{1,4}/g) ?? []).join('-');
}
