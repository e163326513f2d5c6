import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConformanceWorld } from './support/world.ts';

let world: ConformanceWorld;
beforeAll(async () => {
  world = await ConformanceWorld.start();
});
afterAll(() => world.close());

describe('oidcc-config-certification-test-plan', () => {
  it('oidcc-discovery-endpoint-verification', async () => {
    const { issuer } = world.idp;
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/json');
    const metadata = (await answer.json()) as { readonly [name: string]: unknown };
    expect(metadata).toMatchObject({ issuer, jwks_uri: `${issuer}/jwks` });
    for (const name of ['authorization', 'token', 'userinfo', 'end_session', 'introspection', 'revocation']) {
      expect(new URL(String(metadata[`${name}_endpoint`])).origin).toBe(issuer);
    }
    expect(metadata.scopes_supported).toContain('openid');
    expect(metadata.response_types_supported).toContain('code');
    expect(metadata.response_modes_supported).toContain('form_post');
    expect(metadata.grant_types_supported).toContain('authorization_code');
    expect(metadata.subject_types_supported).toContain('public');
    expect(metadata.id_token_signing_alg_values_supported).toContain('RS256');
    expect(metadata.id_token_signing_alg_values_supported).not.toContain('none');
    expect(metadata.token_endpoint_auth_methods_supported).toEqual(
      expect.arrayContaining(['client_secret_basic', 'client_secret_post']),
    );
    expect(metadata.claims_supported).toEqual(
      expect.arrayContaining(['sub', 'iss', 'auth_time', 'acr', 'name']),
    );
    expect(metadata.code_challenge_methods_supported).toEqual(['S256']);
    expect(metadata).toMatchObject({
      claims_parameter_supported: true,
      authorization_response_iss_parameter_supported: true,
    });
  });

  it('publishes keys that differ by their ids, tell what they are for, and are no private ones', async () => {
    const { keys } = (await (await fetch(String(world.metadata.jwks_uri))).json()) as {
      keys: { readonly [member: string]: unknown }[];
    };
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
    for (const key of keys) {
      expect(key).toMatchObject({
        kid: expect.any(String),
        use: 'sig',
        alg: expect.stringMatching(/ES256|RS256/),
      });
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(member);
    }
  });
});
