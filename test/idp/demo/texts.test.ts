import { describe, expect, it } from 'vitest';
import { msText, resultText } from '../../../idp/demo/result-text.ts';
import { story } from '../../../idp/demo/story.ts';
import { demoTextsOf, reasonText } from '../../../idp/demo/texts/of-locale.ts';
import { denialReasons } from '../../../idp/domain/decide-login.ts';
import { locales } from '../../../idp/pages/locale.ts';

/** Every fact that a sentence may name. */
const facts = {
  ...{ acr: 'urn:kazasu:acr:certificate', amr: 'user', cards: 1, commands: 6, crlNumber: 100, entries: 1 },
  ...{ events: 9, evidence: 'certificate', jobs: 2, kilobytes: 75, name: 'Hanako', octets: 1194, pages: 3 },
  ...{ reason: 'unknown-card', result: 'verified', resultCode: 0, revoked: 1, sequence: 1, status: 'good' },
  title: 'Papers',
};

describe.each(locales)('the demonstration’s words in %s', (locale) => {
  const texts = demoTextsOf(locale);

  it('have a sentence for every step, made of facts that exist', () => {
    const sentences = Object.values(texts.steps).map((sentence) => sentence(facts));
    expect(sentences.filter((sentence) => sentence === '' || sentence.includes('undefined'))).toEqual([]);
  });

  it('have a title for every act of the story, and a word for what it came to', () => {
    for (const { act } of story) {
      expect(texts.acts[act].title).not.toBe('');
      expect(resultText(act, { outcome: 'done', facts }, locale)).not.toContain('undefined');
    }
  });

  it('explain every reason for which a card is refused', () => {
    const unexplained = denialReasons.filter((reason) => reasonText(locale, reason) === reason);
    expect(unexplained).toEqual([]);
  });

  it('explain what the story provokes besides', () => {
    expect(reasonText(locale, 'pin-wrong')).not.toBe('pin-wrong');
    expect(reasonText(locale, 'tap-replayed')).not.toBe('tap-replayed');
  });

  it('call a fault neither a yes nor a no', () => {
    const text = resultText(
      'door',
      { outcome: 'fault', reason: 'ERR_RECORD_UNAVAILABLE', facts: {} },
      locale,
    );
    expect(text).toContain('ERR_RECORD_UNAVAILABLE');
    expect(text).not.toBe(resultText('door', { outcome: 'done', facts }, locale));
  });
});

describe('milliseconds', () => {
  it.each([
    [0.0312, '0.03 ms'],
    [12.34, '12.3 ms'],
    [618.4, '618 ms'],
  ])('%d reads %s', (ms, text) => expect(msText(ms)).toBe(text));
});
