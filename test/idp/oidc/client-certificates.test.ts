import { readFileSync } from 'node:fs';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseClientKeys } from '../../../idp/flows/client-keys.ts';
import { type ClientTlsProxy, startClientTlsProxy } from '../../support/client-tls-proxy.ts';
import { type OpensslDesk, openDesk } from '../../support/openssl.ts';
import {
  begin,
  discover,
  type Office,
  type OfficeClient,
  openOffice,
  redirectUri,
} from './support/office.ts';

let desk: OpensslDesk;
let office: Office;
let proxy: ClientTlsProxy;

const pem = (name: string) => readFileSync(desk.path(name), 'utf8');
const pair = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });

function makeCertificate(name: string, subject: string, ...more: readonly string[]): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  desk.run(
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    '-subj',
    subject,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    ...more,
  );
}

beforeAll(async () => {
  desk = openDesk();
  makeCertificate('proxy', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1');
  makeCertificate('ca', '/C=JP/O=Midori/CN=Midori Clients CA');
  makeCertificate('other-ca', '/C=JP/O=Midori/CN=Midori Clients CA');
  const by = (ca: string) => [
    '-CA',
    `${ca}.pem`,
    '-CAkey',
    `${ca}.key`,
    '-addext',
    'subjectAltName=DNS:kintai.midori.example.jp',
  ];
  makeCertificate('kintai', '/C=JP/O=Midori, City/CN=kintai', ...by('ca'));
  makeCertificate('zaimu', '/C=JP/O=Midori, City/CN=zaimu', '-CA', 'ca.pem', '-CAkey', 'ca.key');
  makeCertificate('forged', '/C=JP/O=Midori, City/CN=kintai', ...by('other-ca'));
  makeCertificate('own', '/CN=own');
  office = await openOffice({
    trustedProxies: ['127.0.0.1'],
    clientCertificates: { header: 'client-cert', authorities: [pem('ca.pem')] },
  });
  proxy = await startClientTlsProxy(office.idp.issuer, pair('proxy'));
});
afterAll(async () => {
  await proxy.close();
  await office.close();
  desk.remove();
});

async function configOf(
  client: OfficeClient,
  certificate: string | undefined,
): Promise<openid.Configuration> {
  const config = await discover(office, client.clientId, undefined, openid.TlsClientAuth());
  config[openid.customFetch] = proxy.fetchWith(
    certificate === undefined ? undefined : pair(certificate),
  ) as openid.CustomFetch;
  return config;
}

/** Signs in with a certificate at the token endpoint. */
async function signIn(client: OfficeClient, certificate: string | undefined) {
  const config = await configOf(client, certificate);
  const { parameters, checks } = await begin();
  const { location } = await office.visit(openid.buildAuthorizationUrl(config, parameters).href);
  const tokens = await openid.authorizationCodeGrant(config, new URL(location), checks);
  return { config, tokens };
}

const refused = (result: Promise<unknown>) =>
  result.then(
    () => 'accepted',
    (error: { error?: string }) => error.error ?? 'failed',
  );

describe('a client that shows itself by a certificate of an authority', () => {
  it.each([
    ['dn', 'CN=kintai,O=Midori\\, City,C=JP'],
    ['dns', 'kintai.midori.example.jp'],
  ] as const)('is known by its %s, and nobody else is', async (name, value) => {
    const client = await office.add(`証明書 ${name}`, {
      settings: { authentication: 'tls_client_auth', certificateSubject: { name, value } },
    });
    expect((await signIn(client, 'kintai')).tokens.claims()?.aud).toBe(client.clientId);
    for (const other of ['zaimu', 'forged', 'own', undefined]) {
      expect(await refused(signIn(client, other)), other ?? 'none').toBe('invalid_client');
    }
  });
});

describe('a client that shows itself by a certificate that it made itself', () => {
  it('is known by that one, and by no other', async () => {
    const keys = parseClientKeys(pem('own.pem'));
    const client = await office.add('自己署名', {
      settings: { authentication: 'self_signed_tls_client_auth', keys },
    });
    expect((await signIn(client, 'own')).tokens.claims()?.aud).toBe(client.clientId);
    expect(await refused(signIn(client, 'kintai'))).toBe('invalid_client');
    expect(await refused(signIn(client, undefined))).toBe('invalid_client');
  });
});

describe('tokens that are bound to a certificate', () => {
  it('are worth nothing without it', async () => {
    const client = await office.add('結合', {
      settings: {
        ...{ authentication: 'tls_client_auth', senderConstraint: 'mtls' },
        certificateSubject: { name: 'dns', value: 'kintai.midori.example.jp' },
      },
    });
    const { config, tokens } = await signIn(client, 'kintai');
    const { sub } = await openid.fetchUserInfo(config, tokens.access_token, office.person.personId);
    expect(sub).toBe(office.person.personId);
    for (const certificate of ['zaimu', undefined]) {
      const thief = await configOf(client, certificate);
      expect(
        await refused(openid.fetchUserInfo(thief, tokens.access_token, office.person.personId)),
      ).not.toBe('accepted');
    }
  });
});

describe('a certificate that a request only tells of', () => {
  it('is worth nothing unless a declared proxy tells it', async () => {
    const straight = await openOffice({
      clientCertificates: { header: 'client-cert', authorities: [pem('ca.pem')] },
    });
    try {
      const client = await straight.add('証明書', {
        settings: {
          authentication: 'tls_client_auth',
          certificateSubject: { name: 'dns', value: 'kintai.midori.example.jp' },
        },
      });
      const told = Buffer.from(pem('kintai.pem').replace(/-----[A-Z ]+-----|\s/g, ''), 'base64').toString(
        'base64',
      );
      const response = await fetch(`${straight.idp.issuer}/token`, {
        method: 'POST',
        headers: { 'client-cert': `:${told}:` },
        body: new URLSearchParams({
          ...{
            grant_type: 'authorization_code',
            code: 'none',
            code_verifier: 'v',
            redirect_uri: redirectUri,
          },
          client_id: client.clientId,
        }),
      });
      expect(((await response.json()) as { error: string }).error).toBe('invalid_client');
    } finally {
      await straight.close();
    }
  });
});
