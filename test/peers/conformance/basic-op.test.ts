import { decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  happyModules,
  refusalModules,
  sessionModules,
  tokenModules,
  userinfoModules,
} from './support/basic-modules.ts';
import { ConformanceWorld } from './support/world.ts';

let world: ConformanceWorld;
beforeAll(async () => {
  // As the suite's client is: it sends PKCE in one module only.
  world = await ConformanceWorld.start({
    pkce: false,
    clients: () => ({ settings: { demandsPkce: false } }),
  });
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => world.close());

describe('oidcc-basic-certification-test-plan', () => {
  const modules = {
    ...happyModules,
    ...userinfoModules,
    ...sessionModules,
    ...refusalModules,
    ...tokenModules,
  };
  it.each(Object.keys(modules))('%s', async (name) => {
    await modules[name]?.(world);
  });

  it('oidcc-server-client-secret-post', async () => {
    const other = await ConformanceWorld.start({
      clients: () => ({ settings: { authentication: 'client_secret_post' } }),
    });
    try {
      const visit = await other.visit();
      const { clientId, clientSecret } = other.client;
      const parameters = {
        ...{ grant_type: 'authorization_code', redirect_uri: other.client.redirectUri },
        ...{ code: visit.response?.parameters.get('code') ?? '', code_verifier: visit.codeVerifier },
      };
      const answer = await other.post(other.endpoint('token'), {
        ...parameters,
        client_id: clientId,
        client_secret: clientSecret,
      });
      expect(answer).toMatchObject({ status: 200, body: { id_token: expect.any(String) } });
    } finally {
      await other.close();
    }
  });

  it('goes the same for a client of RS256, which the suite registers unless told otherwise', async () => {
    const other = await ConformanceWorld.start({ clients: () => ({ settings: { idTokenAlg: 'RS256' } }) });
    try {
      const { tokens } = await other.signIn();
      expect(decodeProtectedHeader(String(tokens.body.id_token)).alg).toBe('RS256');
    } finally {
      await other.close();
    }
  });

  it('is good for a client that sends no PKCE only where an administrator said so', async () => {
    const other = await ConformanceWorld.start({ pkce: false });
    try {
      const { response } = await other.visit();
      expect(response?.parameters.get('error')).toBe('invalid_request');
    } finally {
      await other.close();
    }
  });

  it('takes no verifier for a code that was asked for without a challenge: nobody strips one on the way', async () => {
    const visit = await world.visit();
    const answer = await world.redeem(visit, { code_verifier: 'x'.repeat(43) });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('refuses a parameter that was given twice, by GET and by POST', async () => {
    for (const method of ['GET', 'POST']) {
      const twice = new URLSearchParams({
        client_id: world.client.clientId,
        scope: 'openid',
        response_type: 'code',
      });
      twice.append('redirect_uri', world.client.redirectUri);
      twice.append('redirect_uri', 'https://elsewhere.example/callback');
      const url = world.endpoint('authorization');
      const answer =
        method === 'GET' ? await fetch(`${url}?${twice}`) : await fetch(url, { method, body: twice });
      expect(answer.status).toBe(400);
    }
  });
});
