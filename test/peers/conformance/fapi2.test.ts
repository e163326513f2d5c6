import { calculateJwkThumbprint, exportJWK, type GenerateKeyPairResult, generateKeyPair } from 'jose';
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Browser } from '../../idp/http/support/browser.ts';
import { FapiClient, type Pushed } from './support/fapi-client.ts';
import { isErrorPage, type Modules, passTime } from './support/module.ts';
import { redirectUri } from './support/world.ts';

let fapi: FapiClient;
beforeAll(async () => {
  fapi = await FapiClient.start();
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => fapi.world.close());

const another = () => generateKeyPair('ES256', { extractable: true });
const thumbprint = async (key: GenerateKeyPairResult['publicKey']) =>
  calculateJwkThumbprint(await exportJWK(key));
const now = () => Math.floor(Date.now() / 1_000);
const isPushed = ({ answer }: Pushed) =>
  expect(answer).toMatchObject({ status: 201, body: { request_uri: expect.any(String) } });
const isRefused = ({ answer }: Pushed, ...errors: readonly string[]) => {
  expect([400, 401]).toContain(answer.status);
  expect(errors).toContain(answer.body.error);
};

/** What is asked and answered when all is right. */
const happy: Modules = {
  'fapi2-security-profile-final-discovery-end-point-verification': async ({ metadata }) => {
    expect(metadata).toMatchObject({
      pushed_authorization_request_endpoint: expect.any(String),
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
    });
    expect(metadata.token_endpoint_auth_methods_supported).toContain('private_key_jwt');
    expect(metadata.dpop_signing_alg_values_supported).toContain('ES256');
    expect(metadata.token_endpoint_auth_signing_alg_values_supported).toContain('ES256');
  },
  'fapi2-security-profile-final-happy-flow': async (world) => {
    const pushed = await fapi.push();
    isPushed(pushed);
    // RFC 9126 §2.2; FAPI 2.0 §5.3.2.2: less than 600 s.
    expect(Number(pushed.answer.body.expires_in)).toBeLessThan(600);
    const visit = await fapi.follow(pushed);
    expect(visit.response?.parameters.get('state')).toBe(pushed.state);
    expect(visit.response?.parameters.get('iss')).toBe(world.idp.issuer);
    const tokens = await fapi.redeem(pushed, visit);
    expect(tokens).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });
    const { nonce } = pushed;
    await world.verify(String(tokens.body.id_token), { audience: world.client.clientId, nonce });
    expect(await fapi.resource(tokens.body.access_token)).toBe(200);
  },
  'fapi2-security-profile-final-access-token-type-header-case-sensitivity': async () => {
    const { tokens } = await fapi.signIn();
    for (const scheme of ['dpop', 'DPOP', 'dPoP']) {
      expect(await fapi.resource(tokens.body.access_token, { scheme })).toBe(200);
    }
  },
  'fapi2-security-profile-final-ensure-other-scope-order-succeeds': async () => {
    const { tokens } = await fapi.signIn({ parameters: { scope: 'email openid' } });
    expect(tokens.status).toBe(200);
  },
  'fapi2-security-profile-final-ensure-authorization-request-without-nonce-success': async () => {
    expect((await fapi.signIn({ parameters: { nonce: '' } })).tokens.status).toBe(200);
  },
  'fapi2-security-profile-final-ensure-authorization-request-without-state-success': async () => {
    const pushed = await fapi.push({ parameters: { state: '' } });
    const visit = await fapi.follow(pushed);
    expect(visit.response?.parameters.has('state')).toBe(false);
    expect((await fapi.redeem(pushed, visit)).status).toBe(200);
  },
  'fapi2-security-profile-final-ensure-authorization-request-with-64-char-nonce-success': async (world) => {
    const nonce = 'n'.repeat(64);
    const { tokens } = await fapi.signIn({ parameters: { nonce } });
    await world.verify(String(tokens.body.id_token), { audience: world.client.clientId, nonce });
  },
  'fapi2-security-profile-final-ensure-authorization-request-with-long-nonce': async (world) => {
    const nonce = 'n'.repeat(384);
    const { tokens } = await fapi.signIn({ parameters: { nonce } });
    await world.verify(String(tokens.body.id_token), { audience: world.client.clientId, nonce });
  },
  'fapi2-security-profile-final-ensure-authorization-request-with-long-state': async () => {
    const pushed = await fapi.push({ parameters: { state: 's'.repeat(1_024) } });
    const { response } = await fapi.follow(pushed);
    expect(response?.parameters.get('state')).toBe('s'.repeat(1_024));
  },
  'fapi2-security-profile-final-par-without-duplicate-parameters': async () => {
    // `follow` sends the client id and the request URI, and nothing else.
    expect((await fapi.signIn()).tokens.status).toBe(200);
  },
  'fapi2-security-profile-final-user-rejects-authentication': async (world) => {
    const pushed = await fapi.push();
    const browser = new Browser();
    const parameters = {
      client_id: world.client.clientId,
      request_uri: String(pushed.answer.body.request_uri),
    };
    const page = await browser.follow(
      `${world.endpoint('authorization')}?${new URLSearchParams(parameters)}`,
    );
    const cancel = /href="([^"]*\/cancel[^"]*)"/.exec(page.text)?.[1] ?? '';
    const { location } = await browser.follow(new URL(cancel, page.url).href);
    expect(new URL(location).searchParams.get('error')).toBe('access_denied');
    expect(new URL(location).searchParams.get('state')).toBe(pushed.state);
  },
  'fapi2-security-profile-final-test-claims-parameter-identity-claims': async (world) => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true } } });
    const { tokens } = await fapi.signIn({ parameters: { claims } });
    expect(await fapi.resource(tokens.body.access_token)).toBe(200);
    expect(world.metadata.claims_parameter_supported).toBe(true);
  },
  'fapi2-security-profile-final-refresh-token': async (world) => {
    const scope = 'openid offline_access';
    const { tokens } = await fapi.signIn({ parameters: { scope, prompt: 'consent' } });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(tokens.body.refresh_token) };
    const unproved = await world.post(world.endpoint('token'), {
      ...refresh,
      client_id: world.client.clientId,
    });
    expect([400, 401]).toContain(unproved.status);
    const again = await fapi.token(refresh);
    expect(again).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });
    expect(await fapi.resource(again.body.access_token)).toBe(200);
  },
};

/** What PAR and the authorization endpoint must not take. */
const requests: Modules = {
  'fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails': async (
    world,
  ) => {
    const { response, page } = await world.visit();
    if (response === undefined) isErrorPage(page);
    else expect(response.parameters.get('error')).toBe('invalid_request');
  },
  'fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request': async () => {
    isRefused(await fapi.push({ parameters: { redirect_uri: '' } }), 'invalid_request');
  },
  'fapi2-security-profile-final-ensure-registered-redirect-uri': async () => {
    isRefused(
      await fapi.push({ parameters: { redirect_uri: `${redirectUri}/other` } }),
      'invalid_request',
      'invalid_redirect_uri',
    );
  },
  'fapi2-security-profile-final-plain-fapi-tolerate-unregistered-redirect-uri': async () => {
    isRefused(
      await fapi.push({ parameters: { redirect_uri: `${redirectUri}?other` } }),
      'invalid_request',
      'invalid_redirect_uri',
    );
  },
  'fapi2-security-profile-final-ensure-response-type-code-idtoken-fails': async () => {
    isRefused(
      await fapi.push({ parameters: { response_type: 'code id_token' } }),
      'invalid_request',
      'unsupported_response_type',
      'unauthorized_client',
    );
  },
  'fapi2-security-profile-final-ensure-response-type-token-fails': async () => {
    isRefused(
      await fapi.push({ parameters: { response_type: 'token' } }),
      'invalid_request',
      'unsupported_response_type',
      'unauthorized_client',
    );
  },
  'fapi2-security-profile-final-par-ensure-pkce-required': async () => {
    isRefused(
      await fapi.push({ parameters: { code_challenge: '', code_challenge_method: '' } }),
      'invalid_request',
    );
  },
  'fapi2-security-profile-final-par-plain-pkce-rejected': async () => {
    const verifier = randomPKCECodeVerifier();
    isRefused(
      await fapi.push({ parameters: { code_challenge: verifier, code_challenge_method: 'plain' } }),
      'invalid_request',
    );
  },
  'fapi2-security-profile-final-par-attempt-invalid-http-method': async (world) => {
    const answer = await fetch(world.endpoint('pushed_authorization_request'));
    expect([404, 405]).toContain(answer.status);
  },
  'fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param': async () => {
    isRefused(
      await fapi.push({ parameters: { request_uri: 'urn:ietf:params:oauth:request_uri:foreign' } }),
      'invalid_request',
      'request_uri_not_supported',
      'invalid_request_uri',
    );
  },
  'fapi2-security-profile-final-par-attempt-reuse-request_uri': async () => {
    const pushed = await fapi.push();
    expect((await fapi.follow(pushed)).response?.parameters.has('code')).toBe(true);
    const again = await fapi.follow(pushed);
    expect(again.response?.parameters.has('code')).not.toBe(true);
  },
  'fapi2-security-profile-final-par-attempt-to-use-expired-request_uri': async (world) => {
    const pushed = await fapi.push();
    await passTime(world, Number(pushed.answer.body.expires_in) + 1);
    expect((await fapi.follow(pushed)).response?.parameters.has('code')).not.toBe(true);
  },
  'fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds': async (
    world,
  ) => {
    const pushed = await fapi.push();
    const parameters = {
      client_id: world.client.clientId,
      request_uri: String(pushed.answer.body.request_uri),
    };
    // Loaded, and left: a preview of the link, or a page that was loaded again.
    await new Browser().follow(`${world.endpoint('authorization')}?${new URLSearchParams(parameters)}`);
    expect((await fapi.follow(pushed)).response?.parameters.has('code')).toBe(true);
  },
  'fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails': async (world) => {
    const aud = world.endpoint('pushed_authorization_request');
    isRefused(await fapi.push({ assertion: { aud } }), 'invalid_client', 'invalid_request');
  },
  'fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails': async (world) => {
    isRefused(
      await fapi.push({ assertion: { aud: world.endpoint('token') } }),
      'invalid_client',
      'invalid_request',
    );
  },
  'fapi2-security-profile-final-par-test-array-as-audience-fails': async (world) => {
    const aud = [world.idp.issuer, 'https://other.example'];
    isRefused(await fapi.push({ assertion: { aud } }), 'invalid_client', 'invalid_request');
  },
};

/** Codes, and what proves that they are in the right hands. */
const codes: Modules = {
  'fapi2-security-profile-final-ensure-pkce-code-verifier-required': async () => {
    const pushed = await fapi.push();
    const visit = await fapi.follow(pushed);
    const answer = await fapi.redeem(pushed, visit, { parameters: { code_verifier: '' } });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  },
  'fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected': async () => {
    const pushed = await fapi.push();
    const visit = await fapi.follow(pushed);
    const parameters = { code_verifier: await calculatePKCECodeChallenge('another') };
    const answer = await fapi.redeem(pushed, visit, { parameters });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  },
  'fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second': async (world) => {
    const pushed = await fapi.push();
    const visit = await fapi.follow(pushed);
    const tokens = await fapi.redeem(pushed, visit);
    await passTime(world, 1);
    const again = await fapi.redeem(pushed, visit);
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await fapi.resource(tokens.body.access_token)).toBe(401);
  },
  'fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code': async (world) => {
    const pushed = await fapi.push();
    const visit = await fapi.follow(pushed);
    // FAPI 2.0 §5.3.2.1: a code lives 60 s at most.
    await passTime(world, 61);
    const answer = await fapi.redeem(pushed, visit);
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  },
};

/** DPoP. @see RFC 9449 */
const proofs: Modules = {
  'fapi2-security-profile-final-ensure-holder-of-key-required': async () => {
    const pushed = await fapi.push();
    const answer = await fapi.redeem(pushed, await fapi.follow(pushed), { proofKey: 'none' });
    expect(answer.status).toBe(400);
    expect(['invalid_request', 'invalid_dpop_proof', 'invalid_grant']).toContain(answer.body.error);
  },
  'fapi2-security-profile-final-ensure-dpop-auth-code-binding-success': async () => {
    const pushed = await fapi.push({ parameters: { dpop_jkt: await thumbprint(fapi.dpop.publicKey) } });
    isPushed(pushed);
    expect((await fapi.redeem(pushed, await fapi.follow(pushed))).status).toBe(200);
  },
  'fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success': async () => {
    const pushed = await fapi.push({ proofKey: fapi.dpop });
    isPushed(pushed);
    expect((await fapi.redeem(pushed, await fapi.follow(pushed))).status).toBe(200);
  },
  'fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails': async () => {
    const { publicKey } = await another();
    const parameters = { dpop_jkt: await thumbprint(publicKey) };
    isRefused(await fapi.push({ parameters, proofKey: fapi.dpop }), 'invalid_request', 'invalid_dpop_proof');
  },
  'fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt': async () => {
    const { publicKey } = await another();
    const pushed = await fapi.push({ parameters: { dpop_jkt: await thumbprint(publicKey) } });
    const answer = await fapi.redeem(pushed, await fapi.follow(pushed));
    expect(answer.status).toBe(400);
    expect(['invalid_grant', 'invalid_dpop_proof']).toContain(answer.body.error);
  },
  'fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt': async () => {
    const pushed = await fapi.push({ proofKey: await another() });
    const answer = await fapi.redeem(pushed, await fapi.follow(pushed));
    expect(answer.status).toBe(400);
    expect(['invalid_grant', 'invalid_dpop_proof']).toContain(answer.body.error);
  },
  'fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds': async () => {
    const pushed = await fapi.push();
    const answer = await fapi.redeem(pushed, await fapi.follow(pushed), { proof: { iat: now() - 10 } });
    expect(answer.status).toBe(200);
  },
  'fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds': async () => {
    const pushed = await fapi.push();
    const answer = await fapi.redeem(pushed, await fapi.follow(pushed), { proof: { iat: now() + 10 } });
    expect(answer.status).toBe(200);
  },
  'fapi2-security-profile-final-check-dpop-proof-nbf-exp': async () => {
    const pushed = await fapi.push();
    const proof = { nbf: now() - 5, exp: now() + 60 };
    expect((await fapi.redeem(pushed, await fapi.follow(pushed), { proof })).status).toBe(200);
  },
  'fapi2-security-profile-final-dpop-negative-tests': async (world) => {
    const { tokens } = await fapi.signIn();
    const token = tokens.body.access_token;
    expect(await fapi.resource(token)).toBe(200);
    for (const changes of [
      { proofKey: 'none' as const },
      { scheme: 'Bearer' },
      { scheme: 'Bearer', proofKey: 'none' as const },
      { proofKey: await another() },
    ]) {
      expect([400, 401]).toContain(await fapi.resource(token, changes));
    }
    for (const proof of [
      { ath: 'another' },
      { ath: undefined },
      { htm: 'POST' },
      { htu: `${world.idp.issuer}/other` },
      // Where the proof holds the provider’s nonce, that tells its age (RFC 9449 §4.3, 11).
      { iat: now() - 3_600, nonce: undefined },
      { iat: now() + 3_600, nonce: undefined },
      { jti: undefined },
    ]) {
      expect([400, 401]).toContain(await fapi.resource(token, { proof }));
    }
    for (const proofHeader of [{ typ: 'jwt' }, { jwk: undefined }]) {
      expect([400, 401]).toContain(await fapi.resource(token, { proofHeader }));
    }
  },
};

describe('fapi2-security-profile-final-test-plan', () => {
  const modules = { ...happy, ...requests, ...codes, ...proofs };
  it.each(Object.keys(modules))('%s', async (name) => {
    await modules[name]?.(fapi.world);
  });
});
