import { expect, vi } from 'vitest';
import type { Page } from '../../../idp/http/support/browser.ts';
import type { ConformanceWorld } from './world.ts';

/** A module of the conformance suite, by its name there: what it does with a client of its own, and what it looks at. */
export type Modules = { readonly [name: string]: (world: ConformanceWorld) => Promise<void> };

/** The library looks at the machine's clock, our rules at ours: both go on. */
export async function passTime({ idp }: ConformanceWorld, seconds: number): Promise<void> {
  idp.clock.advance(seconds);
  // From where the library's own time stands: it went back after each test, and ours did not.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1_000 });
}

/** The second answer rests on the same sign-in as the first, and nobody was asked again. */
export function sameSignIn(
  first: { readonly claims: { readonly [name: string]: unknown } },
  second: { readonly claims: { readonly [name: string]: unknown }; readonly showedCard: boolean },
): void {
  expect(second.showedCard).toBe(false);
  expect(second.claims.sub).toBe(first.claims.sub);
  expect(second.claims.auth_time).toBe(first.claims.auth_time);
}

/** A page of ours that says in words what is wrong. */
export function isErrorPage(page: Page): void {
  expect(page.status).toBe(400);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.text).toContain('<h1>');
}
