import { describe, expect, test } from 'vitest';
import { hoursText, isWithinHours, parseHoursOfUse } from '../../../idp/domain/hours-of-use.ts';

const at = (text: string) => Date.parse(`${text}+09:00`);

describe('hours of use, in Japan’s time', () => {
  const office = [parseHoursOfUse('mon-fri@08:00-18:30'), parseHoursOfUse('sat@09:00-12:00')];

  test.each([
    ['the first minute of a Monday', '2026-11-23T08:00:00', true],
    ['the minute before it', '2026-11-23T07:59:59', false],
    ['the last minute', '2026-11-27T18:29:59', true],
    ['the minute after it', '2026-11-27T18:30:00', false],
    ['a Saturday morning', '2026-11-28T09:30:00', true],
    ['a Saturday afternoon', '2026-11-28T14:00:00', false],
    ['a Sunday', '2026-11-29T10:00:00', false],
  ])('%s', (_, moment, within) => {
    expect(isWithinHours(office, at(moment))).toBe(within);
  });

  test('none given is always, and a time that is no number is never', () => {
    expect(isWithinHours([], at('2026-11-29T03:00:00'))).toBe(true);
    expect(isWithinHours(office, Number.NaN)).toBe(false);
  });

  test('days may run over the end of the week, and a day may end at 24:00', () => {
    const weekend = parseHoursOfUse('fri-mon@22:00-24:00');
    expect(weekend.days).toEqual(['sun', 'mon', 'fri', 'sat']);
    expect(isWithinHours([weekend], at('2026-11-29T23:59:59'))).toBe(true);
    expect(hoursText(weekend)).toBe('sun,mon,fri,sat@22:00-24:00');
  });

  test.each(['mon-fri', 'mon@18:00-08:00', 'mon@08:00-24:01', 'mo@08:00-09:00', 'mon@8:00-9:00', ''])(
    '%j is refused',
    (text) => {
      expect(() => parseHoursOfUse(text)).toThrow(expect.objectContaining({ code: 'ERR_HOURS' }));
    },
  );
});
