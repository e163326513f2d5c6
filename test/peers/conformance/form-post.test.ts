import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { happyModules, refusalModules, sessionModules, userinfoModules } from './support/basic-modules.ts';
import { ConformanceWorld } from './support/world.ts';

let world: ConformanceWorld;
beforeAll(async () => {
  world = await ConformanceWorld.start({
    mode: 'form_post',
    pkce: false,
    clients: () => ({ settings: { demandsPkce: false } }),
  });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => world.close());

describe('oidcc-formpost-basic-certification-test-plan', () => {
  const modules = { ...happyModules, ...userinfoModules, ...sessionModules, ...refusalModules };
  it.each(Object.keys(modules))('%s', async (name) => {
    await modules[name]?.(world);
  });

  it('sends the form by a script that the policy of contents names by its hash, to the client and to nobody else', async () => {
    const { page, response } = await world.visit();
    expect(response?.mode).toBe('form_post');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'self' 'sha256-[\w+/=]+'/);
    expect(policy).toContain("form-action 'self' http://localhost:9");
    expect(page.headers.get('cache-control')).toContain('no-store');
  });
});
