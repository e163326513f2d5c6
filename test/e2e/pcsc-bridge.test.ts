import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  enrolmentCode,
  inviteCode,
  type ProviderDouble,
  signatureVerifies,
  startProviderDouble,
} from '../reader-bridge/provider-double.ts';
import { createTestHolder, testPin } from '../reader-bridge/software-cards.ts';
import { requirePrograms } from '../support/programs.ts';
import { pem } from '../support/test-pki.ts';
import { startVirtualReader, type VirtualCard, type VirtualReader } from '../support/virtual-card.ts';

const missing = requirePrograms('pcscd', 'vpcd', 'chromium');
const main = fileURLToPath(new URL('../../idp/main.ts', import.meta.url));

describe.skipIf(missing !== undefined)('kazasu bridge, with a card in pcscd and a person at Chromium', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'kazasu-bridge-'));
  let provider: ProviderDouble;
  let virtual: VirtualReader;
  let card: VirtualCard;
  let browser: Browser;
  let bridge: ReturnType<typeof kazasu>;
  let bridgeUrl: string;

  beforeAll(async () => {
    provider = await startProviderDouble();
    const holder = await createTestHolder();
    virtual = await startVirtualReader();
    card = await virtual.card({
      kind: 'jpki',
      pin: testPin,
      certificatePem: pem('CERTIFICATE', holder.certificate),
      caCertificatePem: pem('CERTIFICATE', holder.caCertificate),
      privateKeyPem: String(holder.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    });
    const enrolled = kazasu(
      'enroll',
      '--idp',
      provider.url,
      '--code',
      enrolmentCode,
      '--state-dir',
      stateDir,
    );
    expect(await enrolled.exit, enrolled.output()).toBe(0);
    bridge = kazasu('run', '--port', '0', '--state-dir', stateDir, '--reader', 'Virtual PCD');
    await vi.waitFor(() => expect(bridge.output()).toContain('http://127.0.0.1:'), { timeout: 10_000 });
    bridgeUrl = /http:\/\/127\.0\.0\.1:\d+/.exec(bridge.output())?.[0] ?? '';
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser?.close();
    bridge?.child.kill('SIGTERM');
    await bridge?.exit;
    await virtual?.stop();
    await provider?.close();
    rmSync(stateDir, { recursive: true, force: true });
  });

  // pcscd looks every 400 ms: a card put back sooner than that is, to the bridge, one that was taken away too early.
  afterEach(async () => {
    await card.remove();
    await delay(700);
  });

  /** As the provider's sign-in page does: a top-level navigation to the bridge. */
  async function atBridge(
    challenge: Parameters<ProviderDouble['challenge']>[0],
    options = {},
  ): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    const page = await context.newPage();
    await page.goto(`${provider.url}/interaction/return`);
    await page.goto(`${bridgeUrl}/present?challenge=${await provider.challenge(challenge)}`);
    return page;
  }

  const backAtProvider = (page: Page) => page.waitForURL(`${provider.url}/interaction/return?code=*`);

  test('a tap takes the browser back to the provider with a return code, and the challenge leaves no trace', async () => {
    const page = await atBridge({ demand: 'tap' });
    expect(new URL(page.url()).search).toBe('');
    await page.getByText('Hold the card on the reader').waitFor();
    await card.insert();
    await backAtProvider(page);
    expect(new URL(page.url()).searchParams.get('code')).toBe(`code-for-${provider.taps.at(-1)?.nonce}`);
    await page.context().close();
  });

  test('card and PIN: the form appears when the card lies there, and the signature is over our own message', async () => {
    const page = await atBridge({ demand: 'pin' });
    const refused: string[] = [];
    page.on('console', (message) => refused.push(message.text()));
    await card.insert();
    await page.getByLabel('PIN for user authentication').fill(testPin);
    await page.getByRole('button', { name: 'Send' }).click();
    await backAtProvider(page);
    const tap = provider.taps.at(-1);
    expect(tap && signatureVerifies(tap, 'login')).toBe(true);
    expect(refused.filter((text) => text.includes('Content Security Policy'))).toEqual([]);
    await page.context().close();
  });

  test('a wrong PIN is said with the tries left, in the language of the challenge', async () => {
    const page = await atBridge({ demand: 'pin', uiLocale: 'ja' });
    await card.insert();
    await page.getByLabel('利用者証明用の暗証番号').fill('0000');
    await page.getByRole('button', { name: '送信' }).click();
    await page.getByText('暗証番号が違います。').waitFor();
    await page.getByText('あと2回間違えると').waitFor();
    await page.context().close();
  });

  test('without scripts the page still goes on by itself', async () => {
    const page = await atBridge({ demand: 'tap' }, { javaScriptEnabled: false });
    await card.insert();
    await backAtProvider(page);
    await page.context().close();
  });

  test('cancelling ends it, and the next sign-in can begin at once', async () => {
    const page = await atBridge({ demand: 'tap' });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled.').waitFor();
    const next = await atBridge({ demand: 'tap' });
    await next.getByText('Hold the card on the reader').waitFor();
    await next.getByRole('button', { name: 'Cancel' }).click();
    await next.getByText('Cancelled.').waitFor();
    await page.context().close();
    await next.context().close();
  });

  test('a page of another site cannot ask the bridge anything', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${provider.url}/interaction/return`);
    const challenge = await provider.challenge();
    const answered = await page.evaluate(async (url) => {
      const answer = await fetch(url).catch(() => undefined);
      return answer?.ok ?? false;
    }, `${bridgeUrl}/present?challenge=${challenge}`);
    expect(answered).toBe(false);
    await page.goto(`${bridgeUrl}/present?challenge=${challenge}`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.context().close();
  });

  test('a card is registered from the terminal, the PIN on standard input', async () => {
    await card.insert();
    const args = ['--invite', inviteCode, '--agree', '--pin-stdin', '--state-dir', stateDir];
    const registered = kazasu('register', ...args, '--reader', 'Virtual PCD');
    registered.child.stdin?.end(`${testPin}\n`);
    expect(await registered.exit, registered.output()).toBe(0);
    expect(registered.output()).toContain('registered for approval');
    expect(provider.taps.at(-1)?.evidence.type).toBe('signature');
    expect(registered.output() + bridge.output()).not.toContain(testPin);
  });
});

function kazasu(...args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [main, 'bridge', ...args], { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, exit, output: () => output };
}
