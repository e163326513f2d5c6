import { describe, expect, it } from 'vitest';
import { assets } from '../../../idp/pages/assets.ts';
import type { Frame } from '../../../idp/pages/layout.ts';
import { locales } from '../../../idp/pages/locale.ts';
import { setupPage } from '../../../idp/pages/setup-page.ts';
import { pageSamples } from '../../support/page-samples.ts';

const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;

/** Every page, its words from outside as hostile as they can be. */
const pages = pageSamples({ name: hostile, href: hostile });
/** A file of our own. */
const ownScript = /<script (type="module" )?src="\/assets\/[\w.-]+"( defer)?><\/script>/;

describe.each(locales)('in %s', (locale) => {
  const frame: Frame = { locale, demoBanner: false, otherLanguageHref: hostile };

  it.each(Object.keys(pages))('the page "%s" shows hostile words as words', (name) => {
    const page = (pages[name]?.(frame) ?? '').replace(ownScript, '');
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;script&gt;');
  });

  it.each(Object.keys(pages))(
    'the page "%s" has nothing inline, one heading, its language and a skip link',
    (name) => {
      const page = (pages[name]?.(frame) ?? '').replace(ownScript, '');
      expect(page).not.toMatch(/<style|<script|\sstyle="|\son\w+="/);
      expect(page.match(/<h1[ >]/g)).toHaveLength(1);
      expect(page).toContain(`<html lang="${locale}">`);
      expect(page).toMatch(/<a class="skip-link" href="#main">.+<\/a>/);
      expect(page).toContain('<main id="main"');
    },
  );

  it.each(Object.keys(pages))('the page "%s" says that it is a demonstration when it is one', (name) => {
    expect(pages[name]?.({ ...frame, demoBanner: true })).toContain('class="demo-banner"');
    expect(pages[name]?.(frame)).not.toContain('class="demo-banner"');
  });
});

it('a field that was not taken is named to screen readers', () => {
  const page = setupPage({ locale: 'en', demoBanner: false }, { token: 't', values: {}, wrong: 'uid' });
  expect(page).toMatch(/id="uid"[^>]*aria-describedby="uid-hint uid-error"[^>]*aria-invalid="true"/);
  expect(page).toMatch(/id="uid-error" role="alert"/);
});

it('the stylesheet stands on the design tokens and every colour of ours comes from a variable', () => {
  const { body } = assets.stylesheet;
  expect(body).toContain('--color-primitive-blue-900');
  const used = [...body.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name);
  const defined = [...body.matchAll(/^\s*(--[\w-]+):/gm)].map(([, name]) => name);
  expect(used.filter((name) => !defined.includes(name))).toEqual([]);
});
