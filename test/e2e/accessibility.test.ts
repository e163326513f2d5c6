import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../idp/pages/layout.ts';
import { locales } from '../../idp/pages/locale.ts';
import type { Challenge } from '../../idp/wire/challenge.ts';
import { answer } from '../../reader-bridge/loopback/answers.ts';
import { Presentation, type Stage } from '../../reader-bridge/loopback/presentation.ts';
import { presentationPage, troublePage } from '../../reader-bridge/loopback/presentation-page.ts';
import { type RunningIdp, runIdp } from '../idp/http/support/running-idp.ts';
import { launchChromium } from '../support/chromium.ts';
import { pageSamples, usualWords } from '../support/page-samples.ts';
import { requirePrograms } from '../support/programs.ts';
import { sourceFiles } from '../support/source-files.ts';

const missing = requirePrograms('chromium');
/** Set it to look at them: a folder for a picture of each page. */
const pictures = process.env.KAZASU_TEST_PICTURES;
const narrow = { width: 320, height: 640 };
const wide = { width: 1_280, height: 800 };
const schemes = ['light', 'dark'] as const;

interface Focused {
  readonly html: string;
  readonly outline: string;
}

/** Evaluated in the page. */
const focusedElement = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return undefined;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return { html: element.outerHTML, outline: outlineStyle + ' ' + outlineWidth };
})()`;

const samples = pageSamples(usualWords);
const stages: readonly Stage[] = [
  { stage: 'remove-card' },
  { stage: 'hold-card', note: 'unreadable' },
  { stage: 'enter-pin', triesLeft: 3, digits: 4 },
  { stage: 'enter-pin', triesLeft: 1, digits: 4 },
  { stage: 'working' },
  { stage: 'failed', failure: 'pin-wrong', triesLeft: 2 },
];

describe.skipIf(missing)('every page', () => {
  let idp: RunningIdp;
  let bridge: Server;
  let bridgeOrigin: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    // The pages as the server sends them: with its headers, stylesheet and scripts.
    idp = await runIdp({
      extraMiddleware: [
        async (ctx, next) => {
          const sample = samples[decodeURIComponent(ctx.path.slice('/sample/'.length))];
          if (!ctx.path.startsWith('/sample/') || sample === undefined) return next();
          ctx.type = 'text/html; charset=utf-8';
          ctx.body = sample(frameOf(ctx.query.lang === 'en' ? 'en' : 'ja'));
        },
      ],
    });
    bridge = await serveBridgePages();
    bridgeOrigin = `http://127.0.0.1:${(bridge.address() as AddressInfo).port}`;
    browser = await launchChromium();
    context = await browser.newContext({ viewport: narrow });
    // A page that waits would go on by itself; what is looked at is the page as it was sent.
    await context.route('**/*.js', (route) => route.abort());
    page = await context.newPage();
    if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await idp?.close();
    bridge?.closeAllConnections();
    await new Promise((resolve) => bridge?.close(resolve));
  });

  async function takePictures(name: string): Promise<void> {
    if (pictures === undefined) return;
    for (const viewport of [narrow, wide]) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: `${pictures}/${name}-${viewport.width}.png`, fullPage: true });
    }
    await page.setViewportSize(narrow);
  }

  async function violationsAt(url: string, name: string): Promise<readonly string[]> {
    const found: string[] = [];
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(url);
    // By the debugger's protocol: the page's own policy lets in no script but ours.
    await page.evaluate(axe.source);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      const width = (await page.evaluate('document.documentElement.scrollWidth')) as number;
      if (width > narrow.width) found.push(`${colorScheme}: ${width} px wide`);
      // Beside its colours a page is the same in the dark.
      const rules = colorScheme === 'dark' ? '{ runOnly: ["color-contrast"] }' : '{}';
      const { violations } = (await page.evaluate(`axe.run(document, ${rules})`)) as AxeResults;
      found.push(
        ...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${colorScheme}: ${id}: ${html}`)),
      );
      await takePictures(`${name.replace(/\W+/g, '-')}-${colorScheme}`);
    }
    return found;
  }

  const sampleUrl = (sample: string, lang: string) =>
    `${idp.issuer}/sample/${encodeURIComponent(sample)}?lang=${lang}`;

  it('is in the list of samples', () => {
    const made = sourceFiles('idp/pages').flatMap(({ text }) =>
      [...text.matchAll(/^export function (\w+Page)\(/gm)].map(([, name = '']) => name),
    );
    const shown = new Set(Object.keys(samples).map((sample) => sample.split(':')[0] ?? ''));
    expect(made.filter((name) => !shown.has(name))).toEqual([]);
  });

  describe.each(locales)('in %s', (lang) => {
    it.each(Object.keys(samples))(
      '%s: no violation, light and dark, and nothing wider than 320 px',
      async (sample) => {
        expect(await violationsAt(sampleUrl(sample, lang), `${sample}-${lang}`)).toEqual([]);
      },
    );

    it.each(stages.map((_, index) => index))('the bridge’s page in stage %i: no violation', async (index) => {
      expect(
        await violationsAt(`${bridgeOrigin}/stage/${index}?lang=${lang}`, `bridge-${index}-${lang}`),
      ).toEqual([]);
    });

    it('the bridge’s page of trouble: no violation', async () => {
      expect(await violationsAt(`${bridgeOrigin}/trouble?lang=${lang}`, `bridge-trouble-${lang}`)).toEqual(
        [],
      );
    });
  });

  it.each(Object.keys(samples))(
    '%s: everything that can be used is reached by the keyboard, and shows it',
    async (sample) => {
      await page.goto(sampleUrl(sample, 'ja'));
      const usable = await page
        .locator('a[href], button, summary, input:not([type=hidden])')
        .filter({ visible: true })
        .count();
      const reached = new Set<string>();
      for (let pressed = 0; pressed < usable + 3; pressed += 1) {
        await page.keyboard.press('Tab');
        const focused = (await page.evaluate(focusedElement)) as Focused | undefined;
        if (focused === undefined) continue;
        reached.add(focused.html);
        expect(focused.outline).toMatch(/^solid [2-9]px$/);
      }
      expect(reached.size).toBeGreaterThanOrEqual(usable);
    },
  );
});

function frameOf(locale: Frame['locale']): Frame {
  return { locale, demoBanner: true, otherLanguageHref: '?lang=en', reference: '7K3M-9QFD' };
}

/** The bridge's pages as it answers them; no presentation is under way, so nothing changes while one looks. */
async function serveBridgePages(): Promise<Server> {
  const file = (name: string) =>
    readFileSync(new URL(`../../reader-bridge/loopback/${name}`, import.meta.url), 'utf8');
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const uiLocale = searchParams.get('lang') === 'en' ? 'en' : 'ja';
    const html = { 'content-type': 'text/html; charset=utf-8' };
    if (pathname === '/present.css')
      return answer(response, 200, { 'content-type': 'text/css' }, file('present.css'));
    if (pathname === '/trouble')
      return answer(response, 403, html, troublePage(uiLocale, 'other-user', true));
    const stage = stages[Number(/^\/stage\/(\d+)$/.exec(pathname)?.[1] ?? Number.NaN)];
    if (stage === undefined) return void response.writeHead(404).end();
    const challenge: Challenge = {
      ...{ nonce: 'n', purpose: 'login', demand: 'pin', clientName: usualWords.name, uiLocale },
    };
    const presentation = new Presentation(challenge, 0);
    Object.defineProperty(presentation, 'stage', { get: () => stage });
    Object.defineProperty(presentation, 'ended', { get: () => stage.stage === 'failed' });
    answer(response, 200, html, presentationPage(presentation, true));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
