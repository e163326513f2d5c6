import { type CardNumber, parseCardNumber } from './card.ts';
import type { CardSpelling } from './device-profile.ts';
import { InvalidInput } from './fault.ts';

const maxTextLength = 128;
const plainHex = /^[0-9a-f]+$/i;
const separatedHex = /^[0-9a-f]{2}([ :-])[0-9a-f]{2}(?:\1[0-9a-f]{2})*$/i;
const decimal = /^[0-9]+$/;

/**
 * Reads a card number as this device spells it.
 * @returns `undefined` when it is not spelled so: a number that no card has.
 */
export function readCardNumber(spelling: CardSpelling, text: string): CardNumber | undefined {
  if (text.length === 0 || text.length > maxTextLength) return undefined;
  const digits = spelling.base === 'hex' ? hexDigits(spelling, text) : hexOfDecimal(spelling, text);
  if (digits === undefined) return undefined;
  const octets = digits.length / 2;
  if (octets < spelling.octets.from || octets > spelling.octets.to) return undefined;
  try {
    return parseCardNumber(spelling.kind, digits);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

function hexDigits(spelling: CardSpelling, text: string): string | undefined {
  const separated = spelling.separators === 'optional' && separatedHex.test(text);
  const digits = separated ? text.replace(/[ :-]/g, '') : text;
  if (!plainHex.test(digits) || digits.length % 2 !== 0) return undefined;
  if (spelling.letters === 'upper' && /[a-f]/.test(digits)) return undefined;
  if (spelling.letters === 'lower' && /[A-F]/.test(digits)) return undefined;
  return digits;
}

/** A decimal number is the same octets read as one unsigned integer, padded to the shortest length allowed. */
function hexOfDecimal(spelling: CardSpelling, text: string): string | undefined {
  if (!decimal.test(text)) return undefined;
  const hex = BigInt(text).toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return even.padStart(spelling.octets.from * 2, '0');
}
