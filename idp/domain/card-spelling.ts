import { type CardNumber, parseCardNumber } from './card.ts';
import type { CardSpelling } from './device-profile.ts';
import { InvalidInput } from './fault.ts';

const maxTextLength = 128;
const separatedPairs = /^[0-9a-z]{2}([ :-])[0-9a-z]{2}(?:\1[0-9a-z]{2})*$/i;
const oneDigit = '#';
const allDigits = '*';

/**
 * Reads a card number as this device spells it.
 * @returns `undefined` when it is not spelled so: a number that no card has.
 */
export function readCardNumber(spelling: CardSpelling, text: string): CardNumber | undefined {
  if (text.length === 0 || text.length > maxTextLength) return undefined;
  const digits = digitsOf(spelling, text);
  if (digits === undefined || !isSpelled(spelling, digits)) return undefined;
  const octets = octetsOf(spelling, digits);
  if (octets === undefined) return undefined;
  try {
    return parseCardNumber(spelling.kind, octets);
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

/**
 * How this device would send a number: what `readCardNumber` reads back.
 * @returns `undefined` when the number has more octets than the device sends
 */
export function spellCardNumber(spelling: CardSpelling, { value }: CardNumber): string | undefined {
  const octets = value.padStart(spelling.octets * 2, '0');
  if (octets.length !== spelling.octets * 2) return undefined;
  const ordered = spelling.byteOrder === 'reversed' ? reversed(octets) : octets;
  const plain = spelling.base === 'hex' ? ordered.replace(/^0+(?=.)/, '') : BigInt(`0x${ordered}`).toString();
  const digits = plain.padStart(spelling.digits, '0');
  const cased = spelling.letters === 'upper' ? digits.toUpperCase() : digits;
  let next = 0;
  return (spelling.pattern ?? allDigits).replace(/[*#]/g, (mark) =>
    mark === allDigits ? cased : (cased[next++] ?? ''),
  );
}

/** What is wrong with a spelling, in words; empty when it fits together. Two numbers are never spelled alike. */
export function spellingProblems({ base, octets, digits, pattern }: CardSpelling): readonly string[] {
  const problems: string[] = [];
  const needed = base === 'hex' ? octets * 2 : (256n ** BigInt(octets) - 1n).toString().length;
  if (digits !== 0 && (digits < needed || digits > maxTextLength)) {
    problems.push(`digits: ${octets} octets need ${needed} of them, or 0 where no zeros stand in front`);
  }
  if (pattern === undefined) return problems;
  const ones = pattern.split(oneDigit).length - 1;
  const alls = pattern.split(allDigits).length - 1;
  const fits = (alls === 1 && ones === 0) || (alls === 0 && digits > 0 && ones === digits);
  if (!fits) {
    problems.push(
      `pattern: stands for the whole number, as one ${allDigits} or with a ${oneDigit} for each of its digits`,
    );
  }
  return problems;
}

/** The digits alone; what stands around them must be what the pattern says, and nothing of the number is dropped. */
function digitsOf({ pattern, separators }: CardSpelling, text: string): string | undefined {
  if (pattern !== undefined) return matchPattern(pattern, text);
  if (separators === 'optional' && separatedPairs.test(text)) return text.replace(/[ :-]/g, '');
  return text;
}

function matchPattern(pattern: string, text: string): string | undefined {
  const star = pattern.indexOf(allDigits);
  if (star !== -1) {
    const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
    const fits =
      text.length > before.length + after.length && text.startsWith(before) && text.endsWith(after);
    return fits ? text.slice(before.length, text.length - after.length) : undefined;
  }
  if (text.length !== pattern.length) return undefined;
  let digits = '';
  for (let index = 0; index < pattern.length; index += 1) {
    if (pattern[index] === oneDigit) digits += text[index];
    else if (pattern[index] !== text[index]) return undefined;
  }
  return digits;
}

function isSpelled({ base, letters, digits: count }: CardSpelling, digits: string): boolean {
  const alphabet = base === 'decimal' ? /^[0-9]+$/ : hexOf[letters];
  if (!alphabet.test(digits)) return false;
  return count === 0 ? digits === '0' || !digits.startsWith('0') : digits.length === count;
}

const hexOf = { upper: /^[0-9A-F]+$/, lower: /^[0-9a-f]+$/, either: /^[0-9a-f]+$/i };

/** In hex, in the order in which the card has them. A decimal number is all octets as one unsigned integer. */
function octetsOf({ base, octets, byteOrder }: CardSpelling, digits: string): string | undefined {
  const plain = base === 'hex' ? digits.toLowerCase() : BigInt(digits).toString(16);
  const significant = plain.replace(/^0+(?=.)/, '').padStart(octets * 2, '0');
  if (significant.length !== octets * 2) return undefined;
  return byteOrder === 'reversed' ? reversed(significant) : significant;
}

function reversed(octets: string): string {
  return (octets.match(/../g) ?? []).reverse().join('');
}
