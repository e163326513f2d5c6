import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  errorReferenceOctets,
  errorReferenceOf,
  parseErrorReference,
} from '../../../idp/domain/error-reference.ts';

it('a reference has eight symbols that nobody mixes up, and is read as it was written', () => {
  for (let round = 0; round < 200; round += 1) {
    const reference = errorReferenceOf(randomBytes(errorReferenceOctets));
    expect(reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(parseErrorReference(reference)).toBe(reference);
  }
});

it.each([
  ['7k3m-9qfd', '7K3M-9QFD'],
  ['7K3M9QFD', '7K3M-9QFD'],
  [' 7K3M 9QFD ', '7K3M-9QFD'],
  ['7k3m-oil0', '7K3M-0110'],
])('"%s", as people write it down, is %s', (written, reference) => {
  expect(parseErrorReference(written)).toBe(reference);
});

it.each(['', '7K3M', '7K3M-9QFDX', '7K3M-9QF!', 'ＡＢＣＤ-ＥＦＧＨ', '7K3M-9QFU'])(
  '"%s" is none',
  (written) => {
    expect(parseErrorReference(written)).toBeUndefined();
  },
);
