import { describe, expect, it } from 'vitest';
import { localeFrom } from '../../../idp/pages/locale.ts';

describe('the first of our languages that is asked for', () => {
  it.each([
    ['ui_locales, most wanted first', 'fr-CA en ja', 'en'],
    ['a region is no hindrance', 'ja-JP', 'ja'],
    ['Accept-Language by its weights', 'ja;q=0.5, en-GB;q=0.8', 'en'],
    ['equal weights: the order', 'en,ja', 'en'],
    ['weight 0 means "not this one"', 'en;q=0, ja;q=0.1', 'ja'],
    ['anything goes: ours to choose', '*', 'ja'],
    ['upper case', 'EN-us', 'en'],
    ['none of ours', 'fr, de', undefined],
    ['nothing', '', undefined],
    ['absent', undefined, undefined],
    ['a weight that is no number', 'en;q=x', undefined],
    ['a megabyte of commas', ','.repeat(1_000_000), undefined],
  ])('%s', (_case, tags, expected) => {
    expect(localeFrom(tags)).toBe(expected);
  });
});
