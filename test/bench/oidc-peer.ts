import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { JWK } from 'jose';
import { interactionPolicy, Provider } from 'oidc-provider';
import { wishedOrFreePort } from '../../idp/demo/free-port.ts';
import { announce } from './oidc-target.ts';

/**
 * The library alone with its memory adapter: the same requests and redirects, and behind them nothing. No signature of
 * a reader is checked, no card looked up, nothing decided, audited or on disk.
 */
const port = await wishedOrFreePort(0);
const issuer = `http://127.0.0.1:${port}`;
const redirectUri = 'http://localhost:9/callback';
const clientSecret = randomBytes(32).toString('hex');
const policy = interactionPolicy.base();
policy.remove('consent');

const newKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as JWK;

const newRsaKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ format: 'jwk' }) as JWK;

const clientOf = (id: string, alg: 'ES256' | 'RS256') => ({
  ...{ client_id: id, client_secret: clientSecret, redirect_uris: [redirectUri] },
  ...{ application_type: 'native' as const, id_token_signed_response_alg: alg },
});

const provider = new Provider(issuer, {
  clients: [clientOf('bench', 'ES256'), clientOf('bench-rsa', 'RS256')],
  jwks: {
    keys: [
      { ...newKey(), alg: 'ES256', use: 'sig', kid: 'bench' },
      { ...newRsaKey(), alg: 'RS256', use: 'sig', kid: 'bench-rsa' },
    ],
  },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  pkce: { required: () => true },
  claims: { openid: ['sub', 'acr', 'amr', 'auth_time'] },
  findAccount: (_ctx, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
  interactions: { policy, url: (_ctx, { uid }) => `/interaction/${uid}` },
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({
      accountId: oidc.account?.accountId ?? '',
      clientId: oidc.client?.clientId ?? '',
    });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
  features: { devInteractions: { enabled: false } },
});

/** Which interaction waits behind a nonce, and then behind a return code. */
const waiting = new Map<string, string>();

provider.use(async (ctx, next) => {
  const [, place, uid = '', step] = ctx.path.split('/');
  if (place === 'taps') {
    const body = Buffer.concat(await Array.fromAsync(ctx.req as AsyncIterable<Buffer>)).toString();
    const { nonce } = JSON.parse(Buffer.from(body.split('.')[1] ?? '', 'base64url').toString());
    const returnCode = randomBytes(16).toString('hex');
    const interaction = waiting.get(nonce);
    if (interaction !== undefined) waiting.set(returnCode, interaction);
    waiting.delete(nonce);
    ctx.body = { outcome: 'kept', returnCode };
  } else if (place === 'interaction' && uid === 'return') {
    const code = String(ctx.query.code);
    const interaction = await provider.Interaction.find(waiting.get(code) ?? '');
    waiting.delete(code);
    if (interaction === undefined) return;
    interaction.result = { login: { accountId: 'person', acr: 'urn:kazasu:acr:certificate', amr: ['user'] } };
    await interaction.persist();
    ctx.status = 303;
    ctx.redirect(interaction.returnTo);
  } else if (place === 'interaction' && step === 'present') {
    const { uid: found } = await provider.interactionDetails(ctx.req, ctx.res);
    const nonce = randomBytes(32).toString('hex');
    waiting.set(nonce, found);
    const payload = Buffer.from(JSON.stringify({ nonce })).toString('base64url');
    ctx.status = 303;
    ctx.redirect(`http://127.0.0.1:37564/present?challenge=e30.${payload}.x`);
  } else if (place === 'interaction') {
    await provider.interactionDetails(ctx.req, ctx.res);
    ctx.body = `<!doctype html><title>Sign in</title><a href="${ctx.path}/present?demand=tap">Hold the card</a>`;
  } else await next();
});

createServer(provider.callback()).listen(port, '127.0.0.1', () =>
  announce({
    issuer,
    authorizationEndpoint: `${issuer}/auth`,
    tokenEndpoint: `${issuer}/token`,
    clientId: 'bench',
    clientSecret,
    rsaClient: { clientId: 'bench-rsa', clientSecret },
    redirectUri,
    readers: Array.from({ length: 64 }, (_, index) => ({
      readerId: `reader-${index}`,
      privateKey: newKey(),
    })),
    certificates: [Buffer.alloc(1_400, 1).toString('base64')],
  }),
);
