import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientKeys } from '../../../idp/domain/oidc-settings.ts';
import {
  begin,
  discover,
  type Office,
  type OfficeClient,
  openOffice,
  redirectUri,
} from './support/office.ts';

let office: Office;
let keys: GenerateKeyPairResult;
let inline: ClientKeys;

beforeAll(async () => {
  office = await openOffice();
  keys = await generateKeyPair('ES256', { extractable: true });
  inline = { from: 'inline', keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1' }] };
});
afterAll(() => office.close());

/** Signs in by an authorization request as it is, and redeems the code. */
async function signIn(config: openid.Configuration, options: openid.DPoPOptions = {}) {
  const { parameters, checks } = await begin();
  const url = openid.buildAuthorizationUrl(config, parameters);
  const { location } = await office.visit(url.href);
  return openid.authorizationCodeGrant(config, new URL(location), checks, undefined, options);
}

/** The same, pushed first. */
async function signInPushed(config: openid.Configuration, options: openid.DPoPOptions = {}) {
  const { parameters, checks } = await begin();
  const url = await openid.buildAuthorizationUrlWithPAR(config, parameters, options);
  const { location } = await office.visit(url.href);
  return openid.authorizationCodeGrant(config, new URL(location), checks, undefined, options);
}

const codeOf = async (result: Promise<unknown>) =>
  result.then(
    () => 'accepted',
    (error: { error?: string; cause?: { error?: string } }) =>
      error.error ?? error.cause?.error ?? String(error),
  );

/** Asks for tokens with an assertion that somebody made himself. */
async function withAssertion(assertion: string, client: OfficeClient): Promise<string> {
  const response = await fetch(`${office.idp.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', code: 'none', redirect_uri: redirectUri, code_verifier: 'v' },
      client_id: client.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  });
  return ((await response.json()) as { error: string }).error;
}

const now = () => Math.floor(Date.now() / 1_000);
const claimsFor = ({ clientId }: OfficeClient, jti: string) => ({
  ...{ iss: clientId, sub: clientId, aud: office.idp.issuer, jti, iat: now(), exp: now() + 60 },
});

describe('a client that shows itself by a key of its own', () => {
  let client: OfficeClient;
  beforeAll(async () => {
    client = await office.add('鍵', { settings: { authentication: 'private_key_jwt', keys: inline } });
  });

  it('signs in, and has no secret at all', async () => {
    expect(client.clientSecret).toBe('');
    const config = await discover(
      office,
      client.clientId,
      undefined,
      openid.PrivateKeyJwt({ key: keys.privateKey, kid: 'k1' }),
    );
    expect((await signIn(config)).claims()?.sub).toBe(office.person.personId);
  });

  it('is refused with an assertion that nobody signed', async () => {
    const unsigned = [{ alg: 'none' }, claimsFor(client, 'n1')].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    expect(await withAssertion(`${unsigned.join('.')}.`, client)).toBe('invalid_client');
  });

  it('is refused with HS256 under its public key, in every spelling of that key', async () => {
    const jwk = inline.from === 'inline' ? inline.keys[0] : undefined;
    const pem = (await import('node:crypto')).createPublicKey({ key: { ...jwk }, format: 'jwk' });
    const spellings = [
      pem.export({ type: 'spki', format: 'pem' }),
      pem.export({ type: 'spki', format: 'der' }),
      Buffer.from(JSON.stringify(jwk)),
    ];
    for (const [at, secret] of spellings.entries()) {
      const forged = await new SignJWT(claimsFor(client, `h${at}`))
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .sign(Buffer.from(secret).length < 32 ? Buffer.alloc(32) : Buffer.from(secret));
      expect(await withAssertion(forged, client)).toBe('invalid_client');
    }
  });

  it('is refused with a key that the assertion itself brings or points to', async () => {
    const foreign = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(foreign.publicKey);
    for (const header of [
      { jwk },
      { jku: 'http://localhost:9/jwks' },
      { x5u: 'http://localhost:9/x5' },
      { kid: 'k1' },
    ]) {
      const forged = await new SignJWT(claimsFor(client, JSON.stringify(header)))
        .setProtectedHeader({ alg: 'ES256', ...header })
        .sign(foreign.privateKey);
      expect(await withAssertion(forged, client)).toBe('invalid_client');
    }
  });

  it('is refused with an assertion for somebody else, of another client, or without an end', async () => {
    const sign = (claims: object) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(keys.privateKey);
    const good = claimsFor(client, 'a1');
    const { exp: _, ...endless } = claimsFor(client, 'a2');
    expect(await withAssertion(await sign({ ...good, aud: 'https://other.example' }), client)).toBe(
      'invalid_client',
    );
    expect(await withAssertion(await sign({ ...good, iss: 'another' }), client)).toBe('invalid_client');
    expect(await withAssertion(await sign(endless), client)).toBe('invalid_client');
  });

  it('is taken once with one assertion, also of a hundred at once', async () => {
    const assertion = await new SignJWT(claimsFor(client, 'once'))
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .sign(keys.privateKey);
    const answers = await Promise.all(Array.from({ length: 100 }, () => withAssertion(assertion, client)));
    // `invalid_grant`: the client was known, the code was not.
    expect(answers.filter((answer) => answer === 'invalid_grant')).toHaveLength(1);
  });

  it('is refused with a secret', async () => {
    const config = await discover(office, client.clientId, 'guessed');
    expect(await codeOf(signIn(config))).toBe('invalid_client');
  });
});

describe('a client whose keys are under an address', () => {
  it('is known by the keys there, and no other address is ever asked', async () => {
    const { createServer } = await import('node:http');
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ keys: inline.from === 'inline' ? inline.keys : [] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const uri = `http://127.0.0.1:${port}/jwks`;
      const client = await office.add('鍵の住所', {
        settings: { authentication: 'private_key_jwt', keys: { from: 'uri', uri } },
      });
      const config = await discover(
        office,
        client.clientId,
        undefined,
        openid.PrivateKeyJwt({ key: keys.privateKey, kid: 'k1' }),
      );
      expect((await signIn(config)).claims()?.aud).toBe(client.clientId);
      const forged = await new SignJWT(claimsFor(client, 'u1'))
        .setProtectedHeader({ alg: 'ES256', jku: `http://127.0.0.1:${port}/other` })
        .sign((await generateKeyPair('ES256')).privateKey);
      expect(await withAssertion(forged, client)).toBe('invalid_client');
      expect(new Set(asked)).toEqual(new Set(['/jwks']));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('a client that must push its requests', () => {
  it('signs in by a pushed request, and by no other', async () => {
    const client = await office.add('先出し', { settings: { demandsPushedRequests: true } });
    const config = await discover(office, client.clientId, client.clientSecret);
    expect((await signInPushed(config)).claims()?.sub).toBe(office.person.personId);
    const { parameters } = await begin();
    const { location } = await office.visit(openid.buildAuthorizationUrl(config, parameters).href);
    expect(new URL(location).searchParams.get('error')).toBe('invalid_request');
  });

  it('uses a pushed request once', async () => {
    const client = await office.add('先出し一度', {});
    const config = await discover(office, client.clientId, client.clientSecret);
    const { parameters } = await begin();
    const url = await openid.buildAuthorizationUrlWithPAR(config, parameters);
    await office.visit(url.href);
    const again = await office.visit(url.href);
    expect([again.status, again.location]).not.toContain(302);
    expect(again.text + again.location).not.toContain('code=');
  });
});

describe('a client whose tokens are bound to a key (DPoP)', () => {
  it('gets them with a proof that holds our nonce, and none without', async () => {
    const client = await office.add('紐付け', { settings: { senderConstraint: 'dpop' } });
    const config = await discover(office, client.clientId, client.clientSecret);
    const dpop = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const tokens = await signIn(config, { DPoP: dpop });
    expect(tokens.token_type).toBe('dpop');
    expect(
      await openid.fetchUserInfo(config, tokens.access_token, office.person.personId, { DPoP: dpop }),
    ).toMatchObject({ sub: office.person.personId });
    const other = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    expect(
      await codeOf(
        openid.fetchUserInfo(config, tokens.access_token, office.person.personId, { DPoP: other }),
      ),
    ).not.toBe('accepted');
    expect(await codeOf(openid.fetchUserInfo(config, tokens.access_token, office.person.personId))).not.toBe(
      'accepted',
    );
    expect(await codeOf(signIn(config))).not.toBe('accepted');
  });

  it('is free to do so where nobody demands it', async () => {
    const client = await office.add('任意', {});
    const config = await discover(office, client.clientId, client.clientSecret);
    const dpop = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    expect((await signIn(config, { DPoP: dpop })).token_type).toBe('dpop');
    expect((await signIn(config)).token_type).toBe('bearer');
  });
});

describe('a client that signs its requests (JAR)', () => {
  let client: OfficeClient;
  let config: openid.Configuration;
  beforeAll(async () => {
    client = await office.add('署名要求', { settings: { demandsSignedRequests: true, keys: inline } });
    config = await discover(office, client.clientId, client.clientSecret);
  });

  it('signs in by a signed request, and by no other', async () => {
    const { parameters, checks } = await begin();
    const url = await openid.buildAuthorizationUrlWithJAR(config, parameters, {
      key: keys.privateKey,
      kid: 'k1',
    });
    const { location } = await office.visit(url.href);
    expect((await openid.authorizationCodeGrant(config, new URL(location), checks)).claims()?.sub).toBe(
      office.person.personId,
    );
    const plain = await office.visit(openid.buildAuthorizationUrl(config, parameters).href);
    expect(new URL(plain.location).searchParams.get('error')).toBe('invalid_request');
  });

  it.each(['none', 'HS256', 'jwk', 'jku', 'foreign key'])(
    'is refused with a request object by %s',
    async (how) => {
      const { parameters } = await begin();
      const claims = {
        ...parameters,
        response_type: 'code',
        client_id: client.clientId,
        iss: client.clientId,
        aud: office.idp.issuer,
      };
      const foreign = await generateKeyPair('ES256', { extractable: true });
      const jwk = await exportJWK(foreign.publicKey);
      const signed = (header: object) =>
        new SignJWT(claims).setProtectedHeader({ alg: 'ES256', ...header }).sign(foreign.privateKey);
      const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
      const objects: { readonly [how: string]: () => Promise<string> } = {
        none: async () => `${encode({ alg: 'none' })}.${encode(claims)}.`,
        HS256: () =>
          new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(client.clientSecret)),
        jwk: () => signed({ jwk }),
        jku: () => signed({ jku: 'http://localhost:9/jwks' }),
        'foreign key': () => signed({ kid: 'k1' }),
      };
      const query = new URLSearchParams({
        client_id: client.clientId,
        request: (await objects[how]?.()) ?? '',
      });
      const { location, text } = await office.visit(`${office.idp.issuer}/authorize?${query}`);
      expect(location + text).toContain('invalid_request_object');
      expect(text).not.toContain('/present');
    },
  );
});

describe('a client held to FAPI 2.0', () => {
  let client: OfficeClient;
  let config: openid.Configuration;
  beforeAll(async () => {
    client = await office.add('銀行', { settings: { fapi2: true, keys: inline } });
    config = await discover(
      office,
      client.clientId,
      undefined,
      openid.PrivateKeyJwt({ key: keys.privateKey, kid: 'k1' }),
    );
  });

  it('signs in by a pushed request, its own key and bound tokens, and hears who answered', async () => {
    const dpop = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair());
    const { parameters, checks } = await begin({ scope: 'openid offline_access', prompt: 'consent' });
    const url = await openid.buildAuthorizationUrlWithPAR(config, parameters, { DPoP: dpop });
    const { location } = await office.visit(url.href);
    expect(new URL(location).searchParams.get('iss')).toBe(office.idp.issuer);
    const tokens = await openid.authorizationCodeGrant(config, new URL(location), checks, undefined, {
      DPoP: dpop,
    });
    expect(tokens.token_type).toBe('dpop');
    // Its refresh token is bound to the client already: another one each time would only be lost on the way.
    const again = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, {
      DPoP: dpop,
    });
    expect(again.refresh_token).toBe(tokens.refresh_token);
  });

  it('is refused without one of them', async () => {
    const { parameters } = await begin();
    const plain = await office.visit(openid.buildAuthorizationUrl(config, parameters).href);
    expect(new URL(plain.location).searchParams.get('error')).toBe('invalid_request');
    expect(await codeOf(signInPushed(config))).not.toBe('accepted');
  });

  it('is refused with an assertion by RS256, or one for the token endpoint', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const both: ClientKeys = {
      from: 'inline',
      keys: [
        ...(inline.from === 'inline' ? inline.keys : []),
        { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'r1' },
      ],
    };
    const lenient = await office.add('銀行二', { settings: { fapi2: true, keys: both } });
    const byRs256 = await new SignJWT(claimsFor(lenient, 'rs'))
      .setProtectedHeader({ alg: 'RS256', kid: 'r1' })
      .sign(rsa.privateKey);
    expect(await withAssertion(byRs256, lenient)).toBe('invalid_client');
    const byPs256 = await new SignJWT(claimsFor(lenient, 'ps'))
      .setProtectedHeader({ alg: 'PS256', kid: 'r1' })
      .sign(rsa.privateKey);
    expect(await withAssertion(byPs256, lenient)).toBe('invalid_grant');
    const toEndpoint = await new SignJWT({ ...claimsFor(lenient, 'ep'), aud: `${office.idp.issuer}/token` })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .sign(keys.privateKey);
    expect(await withAssertion(toEndpoint, lenient)).toBe('invalid_client');
  });
});
