/** What an error page shows to be told to an administrator: `7K3M-9QFD`, said over a telephone without a mistake. */
export type ErrorReference = string & { readonly __brand: 'ErrorReference' };

/** Without I, L, O and U. @see Crockford's Base32 */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 40 bits: enough that two pages of one month do not share one. */
export const errorReferenceOctets = 5;

/** @param random five octets. */
export function errorReferenceOf(random: Uint8Array): ErrorReference {
  const bits = [...random].map((octet) => octet.toString(2).padStart(8, '0')).join('');
  const symbols = bits.match(/.{5}/g)?.map((group) => alphabet[Number.parseInt(group, 2)]) ?? [];
  return `${symbols.slice(0, 4).join('')}-${symbols.slice(4).join('')}` as ErrorReference;
}

/**
 * Reads a reference as people write it down: in small letters, without the hyphen, an O for a zero.
 * @returns `undefined` when it is none.
 */
export function parseErrorReference(text: string): ErrorReference | undefined {
  const symbols = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  if (symbols.length !== 8 || [...symbols].some((symbol) => !alphabet.includes(symbol))) return undefined;
  return `${symbols.slice(0, 4)}-${symbols.slice(4)}` as ErrorReference;
}
