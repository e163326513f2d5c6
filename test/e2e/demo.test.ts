import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { story } from '../../idp/demo/story.ts';
import { launchChromium } from '../support/chromium.ts';
import { requirePrograms } from '../support/programs.ts';

const root = join(import.meta.dirname, '../..');
const missing = requirePrograms('chromium');

interface Ran {
  readonly status: number | null;
  readonly output: string;
}

/** Starts `kazasu` with a directory of its own for temporary files, so that what stays behind shows. */
function kazasu(
  temporary: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): ChildProcess {
  return spawn(process.execPath, [join(root, 'idp/main.ts'), ...args], {
    cwd: temporary,
    env: { PATH: process.env.PATH, HOME: temporary, TMPDIR: temporary, LANG: 'en_US.UTF-8', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function ended(child: ChildProcess): Promise<Ran> {
  let output = '';
  child.stdout?.on('data', (part: Buffer) => (output += part));
  child.stderr?.on('data', (part: Buffer) => (output += part));
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })));
}

describe('the demonstration in the terminal', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'kazasu-test-'));
  let ran: Ran;
  beforeAll(async () => {
    ran = await ended(kazasu(temporary, ['demo', '--once']));
  });
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  it('plays the whole story, every step with the expected outcome', () => {
    expect(ran.output).not.toContain('✗');
    expect(ran.output.match(/✓/g)).toHaveLength(story.length);
    expect(ran.status).toBe(0);
  });

  it('says what was decided, with the reasons and the milliseconds', () => {
    expect(ran.output).toContain('acr certificate, amr user');
    expect(ran.output).toContain('acr card-pin, amr sc hwk pin mfa');
    expect(ran.output).toContain('Decision: denied, person-suspended');
    expect(ran.output).toContain('Decision: denied, card-revoked');
    expect(ran.output).toContain('Tap refused: tap-replayed');
    expect(ran.output).toMatch(/\d\.\d+ ms/);
  });

  it('shows no number of a card, no PIN, no secret and no certificate', () => {
    expect(ran.output).not.toMatch(/0[ab]0000[0-9a-f]{2}/i);
    expect(ran.output).not.toMatch(/\b(1234|0000)\b/);
    expect(ran.output).not.toMatch(/[a-z2-7]{26}|BEGIN CERTIFICATE|MII/);
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('leaves nothing behind either when Ctrl-C ends it half-way', async () => {
    const child = kazasu(temporary, ['demo', '--once']);
    const end = ended(child);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGINT');
    expect((await end).status).toBe(1);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe.skipIf(missing)('the demonstration’s page', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'kazasu-test-'));
  const troubles: string[] = [];
  let demo: ChildProcess;
  let end: Promise<Ran>;
  let url: string;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    demo = kazasu(temporary, ['demo']);
    end = ended(demo);
    url = await new Promise((resolve, reject) => {
      demo.stdout?.on('data', (part: Buffer) => {
        const found = /http:\/\/localhost:\d+\/demo/.exec(String(part));
        if (found !== null) resolve(found[0]);
      });
      demo.once('close', () => reject(new Error('the demonstration ended before it began')));
    });
    browser = await launchChromium();
    const context = await browser.newContext({ locale: 'ja', reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(error.message));
    await page.goto(url);
  });
  afterAll(async () => {
    await browser?.close();
    demo.kill('SIGKILL');
    rmSync(temporary, { recursive: true, force: true });
  });

  /** Presses a button and gives what it came to. */
  async function press(id: string): Promise<string> {
    const before = await lastAct();
    await page.locator(`#${id}`).focus();
    await page.keyboard.press('Enter');
    await expect.poll(finishedAct, { timeout: 10_000 }).toBeGreaterThan(before);
    return (await page.textContent('#verdict')) ?? '';
  }

  /** The last act, once it has its verdict. */
  async function finishedAct(): Promise<number> {
    return (await page.locator('#verdict').count()) === 0 ? 0 : lastAct();
  }

  async function lastAct(): Promise<number> {
    const act = page.locator('[data-act]');
    return (await act.count()) === 0 ? 0 : Number(await act.getAttribute('data-act'));
  }

  const holdEverywhere = async () => [
    await press('hold-kiosk'),
    await press('hold-printer'),
    await press('hold-door'),
  ];

  it('is in Japanese for a Japanese browser, and says that it is a demonstration', async () => {
    expect(await page.getAttribute('html', 'lang')).toBe('ja');
    expect(await page.textContent('.demo-banner')).toContain('デモンストレーション');
  });

  it('refuses a card that nobody registered', async () => {
    expect(await press('hold-door')).toContain('拒否：このカードは登録されていません');
  });

  it('registers and approves, and then the card works at all three, with the keyboard alone', async () => {
    expect(await press('next-step')).toContain('承認待ち');
    expect(await press('next-step')).toContain('カードが使えます');
    expect(await holdEverywhere()).toEqual([
      expect.stringContaining('見本 花子 さん、出勤しました'),
      expect.stringContaining('文書を2件印刷'),
      expect.stringContaining('ドアが開きました'),
    ]);
    expect(await press('pin-kiosk')).toContain('暗証番号と署名で証明済み');
  });

  it('shows each step of the way with its milliseconds', async () => {
    await press('hold-kiosk');
    const places = await page.locator('.steps .place').allTextContents();
    expect(new Set(places)).toEqual(new Set(['システム', 'Kazasu', 'カード']));
    const times = await page.locator('.steps .took').allTextContents();
    expect(times.filter((text) => /^\d+(\.\d+)? ms$/.test(text)).length).toBeGreaterThanOrEqual(7);
  });

  it('says the outcome to a screen reader and leaves the focus where it was', async () => {
    const verdict = await press('hold-printer');
    expect(await page.textContent('#announcement')).toBe(verdict);
    expect(await page.locator(':focus').getAttribute('id')).toBe('hold-printer');
  });

  it('refuses a suspended person everywhere, and no longer when restored', async () => {
    await press('suspend');
    for (const verdict of await holdEverywhere()) expect(verdict).toContain('停止');
    await press('suspend');
    for (const verdict of await holdEverywhere()) expect(verdict).not.toContain('拒否');
  });

  it('lets the visitor walk the kiosk’s real pages, and follows along', async () => {
    const [kiosk] = await Promise.all([page.context().waitForEvent('page'), page.click('.by-hand a')]);
    await kiosk.click('.punch');
    await kiosk.click('[aria-describedby="pin-hint"]');
    await kiosk.fill('#pin', '1234');
    await kiosk.keyboard.press('Enter');
    await kiosk.waitForURL(/\/punched\//);
    expect(await kiosk.textContent('main')).toContain('acr urn:kazasu:acr:card-pin');
    await expect.poll(() => page.textContent('.way')).toContain('自分で操作した出退勤端末');
    await expect.poll(() => page.textContent('.way')).toContain('見本 花子 さん、打刻しました');
    await kiosk.close();
  });

  it('refuses the card everywhere once the day’s list names it; a new card is registered anew', async () => {
    expect(await press('publish')).toContain('失効しました');
    for (const verdict of await holdEverywhere()) expect(verdict).toContain('失効');
    await press('next-step');
    expect(await press('hold-door')).toContain('登録されていません');
    await press('next-step');
    await press('next-step');
    expect(await press('hold-door')).toContain('ドアが開きました');
  });

  it('speaks English, too', async () => {
    await page.click('.language');
    await page.waitForLoadState();
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    expect(await press('hold-door')).toBe('The door opened.');
  });

  it('works without its script', async () => {
    const context = await browser.newContext({ locale: 'en', javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(`${url}?person=taro.mihon`);
    await plain.click('#hold-printer');
    await plain.waitForLoadState();
    expect(await plain.locator('#verdict').textContent()).toBe('Refused: This card is not registered.');
    expect(plain.url()).toContain('person=taro.mihon');
    await context.close();
  });

  it('runs under a policy without inline script or style, and broke it nowhere', async () => {
    const policy = (await fetch(url)).headers.get('content-security-policy');
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(troubles).toEqual([]);
  });

  it('does nothing for a page of another site', async () => {
    const body = new URLSearchParams({ act: 'suspend', person: 'hanako.mihon' });
    for (const headers of [{ Origin: 'http://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }, {}]) {
      const { status } = await fetch(`${url}/acts`, { method: 'POST', body, headers, redirect: 'manual' });
      expect(status).toBe(403);
    }
  });

  it('marks its data directory for ever: start refuses it', async () => {
    const [directory = ''] = readdirSync(temporary).filter((name) => name.startsWith('kazasu-demo-'));
    const copy = join(temporary, 'copy');
    cpSync(join(temporary, directory, 'data'), copy, {
      recursive: true,
      filter: (path) => !/\.(sock|new)$/.test(path),
    });
    const environment = {
      KAZASU_DATA_DIR: copy,
      KAZASU_PORT: '0',
      KAZASU_LDAP_PORT: '0',
      KAZASU_LDAPS_PORT: '0',
    };
    const refused = await ended(kazasu(temporary, ['start'], environment));
    expect(refused.status).toBe(2);
    expect(refused.output).toContain('demonstration');
    rmSync(copy, { recursive: true, force: true });
  });

  it('ends on Ctrl-C with everything, and leaves nothing behind', async () => {
    demo.kill('SIGINT');
    expect((await end).status).toBe(0);
    expect(readdirSync(temporary).filter((name) => name.startsWith('kazasu'))).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
  });
});
