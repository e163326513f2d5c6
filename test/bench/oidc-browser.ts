import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import type { BenchResult } from './main.ts';
import { type Contestant, startContestant, stopContestant } from './oidc-contestant.ts';
import { authorizationUrl, expectStatus, LoadBridge, redeemCode } from './oidc-load.ts';

const signIns = 60;
const warmUps = 5;
const barMs = 300;

/**
 * From the moment at which the card has been read until the client's own page stands in Chromium: the tap posted, the
 * browser sent back, the code redeemed, the page loaded. A new browser profile each time, as on a shared desk.
 */
export async function benchBrowser(directory: string): Promise<BenchResult> {
  const desk = await openDesk();
  const ours = await startContestant('oidc-ours.ts', directory, '', desk.bridgeUrl, desk.redirectUri);
  try {
    const latencies = (await desk.signIns(ours)).sort((one, other) => one - other);
    const p95 = latencies[Math.ceil(latencies.length * 0.95) - 1] ?? Number.NaN;
    return {
      name: `tap → signed in, in Chromium, p95 of ${latencies.length}, against ${barMs} ms`,
      ...{ ours: p95, peer: barMs, ratio: p95 / barMs, unit: 'ms', bar: '≤ 1' },
    };
  } finally {
    await stopContestant(ours);
    await desk.close();
  }
}

/** A bridge whose card is always there, and a client's callback, both on loopback. */
async function openDesk() {
  let bridge: LoadBridge | undefined;
  let target: Contestant['target'] | undefined;
  let readAt = 0;
  const presented = await listen(async (request, response) => {
    const challenge = new URL(request.url ?? '', 'http://bridge').searchParams.get('challenge') ?? '';
    const { nonce } = JSON.parse(Buffer.from(challenge.split('.')[1] ?? '', 'base64url').toString());
    readAt = performance.now();
    const kept = expectStatus(await bridge!.tap(nonce), 200);
    const location = `${target!.issuer}/interaction/return?code=${JSON.parse(kept.text).returnCode}`;
    response.writeHead(303, { location }).end();
  });
  const callback = await listen(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://client');
    // Browsers ask for an icon too.
    if (pathname !== '/callback') return void response.writeHead(404).end();
    await redeemCode(target!, searchParams.get('code') ?? '');
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>In</title><h1>In</h1>');
  });
  const redirectUri = `${callback.origin}/callback`;
  return {
    bridgeUrl: presented.origin,
    redirectUri,
    async signIns(ours: Contestant): Promise<number[]> {
      target = { ...ours.target, redirectUri };
      bridge = new LoadBridge(target, 0);
      const browser = await launchChromium();
      const latencies: number[] = [];
      try {
        for (let round = -warmUps; round < signIns; round += 1) {
          const context = await browser.newContext();
          await signInWith(await context.newPage(), authorizationUrl(target));
          if (round >= 0) latencies.push(performance.now() - readAt);
          await context.close();
        }
      } finally {
        await browser.close();
      }
      return latencies;
    },
    close: () => Promise.all([presented.close(), callback.close()]),
  };
}

/** Resolves when the client's page has loaded. */
async function signInWith(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.click('a.button.primary');
  await page.waitForURL(/\/callback\?/);
}

async function listen(answer: (...args: Parameters<RequestListener>) => Promise<void>) {
  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      response.writeHead(500).end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
