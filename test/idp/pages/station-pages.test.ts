import { describe, expect, it } from 'vitest';
import { stationRefusals } from '../../../idp/domain/station.ts';
import type { Frame } from '../../../idp/pages/layout.ts';
import { locales } from '../../../idp/pages/locale.ts';
import {
  type StationWays,
  stationConfirmPage,
  stationRefusedPage,
  stationWaitPage,
} from '../../../idp/pages/station-page.ts';
import { stationPairPage } from '../../../idp/pages/station-pair-page.ts';
import { textsOf } from '../../../idp/pages/texts/of-locale.ts';

const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;
const ways: StationWays = {
  ...{ clientName: hostile, stationHref: hostile, otherWaysHref: hostile, cancelHref: hostile },
};

/** Every page of a station, its words from outside as hostile as they can be. */
const pages: { readonly [name: string]: (frame: Frame) => string } = {
  pair: (frame) => stationPairPage(frame),
  wait: (frame) => stationWaitPage(frame, { ...ways, uid: hostile, issuer: hostile }),
  confirm: (frame) => stationConfirmPage(frame, { ...ways, name: hostile, confirmation: hostile }),
  refused: (frame) => stationRefusedPage(frame, { ...ways, reason: 'unknown-card' }),
};

describe.each(locales)('in %s', (locale) => {
  const frame: Frame = { locale, demoBanner: false, otherLanguageHref: hostile };

  it.each(Object.keys(pages))(
    'the page "%s" shows hostile words as words, and runs no script but ours',
    (name) => {
      const page = pages[name]?.(frame) ?? '';
      expect(page).not.toContain('<img');
      expect(page.match(/<script(?! src="\/assets\/station-[0-9a-f]+\.js" defer><\/script>)/g)).toBeNull();
      expect(page).not.toMatch(/<style|\sstyle="|\son\w+="/);
      expect(page.match(/<h1[ >]/g)).toHaveLength(1);
      expect(page).toContain(`<html lang="${locale}">`);
    },
  );

  it.each(stationRefusals)('%s says what happened and what to do next, in words of its own', (reason) => {
    const { what, next } = textsOf(locale).reasons.station[reason];
    const page = stationRefusedPage(frame, { ...ways, reason });
    expect(page).toContain(what);
    expect(page).toContain(next);
    expect(page).toContain(`<code>${reason}</code>`);
    const others = stationRefusals.filter((other) => other !== reason);
    expect(others.map((other) => textsOf(locale).reasons.station[other].what)).not.toContain(what);
  });
});
