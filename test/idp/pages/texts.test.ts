import { describe, expect, it } from 'vitest';
import { denialReasons } from '../../../idp/domain/decide-login.ts';
import { en } from '../../../idp/pages/texts/en.ts';
import { ja } from '../../../idp/pages/texts/ja.ts';

/** Every path to a text, with the text; functions are called with a name that shows. */
function textsIn(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function')
    return [[path, String((value as (given: unknown) => unknown)(new Date(0)))]];
  return Object.entries(value as object).flatMap(([key, member]) => textsIn(member, `${path}.${key}`));
}

const japanese = textsIn(ja);
const english = textsIn(en);

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect(english.map(([path]) => path)).toEqual(japanese.map(([path]) => path));
  });

  it('leave no text empty', () => {
    expect([...japanese, ...english].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('speak their own language', () => {
    const hasJapanese = /[぀-ヿ一-鿿]/;
    const ownNames = ['.productName', '.otherLanguage.name', '.locale', '.otherLanguage.locale'];
    const of = (texts: typeof japanese) => texts.filter(([path]) => !ownNames.includes(path));
    expect(of(english).filter(([, text]) => hasJapanese.test(text))).toEqual([]);
    expect(of(japanese).filter(([, text]) => !hasJapanese.test(text))).toEqual([]);
  });
});

describe.each([
  ['ja', ja],
  ['en', en],
])('in %s', (_locale, { reasons }) => {
  it.each(denialReasons)('a person refused for %s is told what happened and what to do next', (reason) => {
    expect(reasons.denial[reason].what.length).toBeGreaterThan(5);
    expect(reasons.denial[reason].next.length).toBeGreaterThan(5);
  });

  it('no two denials are told in the same words', () => {
    const told = denialReasons.map((reason) => reasons.denial[reason].what);
    expect(new Set(told).size).toBe(told.length);
  });

  it('every explanation says both', () => {
    const { certificate, ...explained } = reasons;
    const incomplete = Object.values(explained)
      .flatMap((group) => Object.entries(group))
      .filter(([, { what, next }]) => what === '' || next === '' || what === next);
    expect(incomplete).toEqual([]);
    expect(Object.values(certificate).every((text) => text !== '')).toBe(true);
  });
});
