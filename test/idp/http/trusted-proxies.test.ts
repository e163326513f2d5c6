import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../../idp/http/request-context.ts';
import { trustedProxies } from '../../../idp/http/trusted-proxies.ts';

/** Runs the middleware on a bare request. */
async function through(proxies: readonly string[], peer: string, headers: Record<string, string>) {
  const req = { socket: { remoteAddress: peer }, headers };
  const ctx = { req, state: {} as { clientAddress?: string }, get: (name: string) => headers[name] ?? '' };
  await trustedProxies(proxies)(ctx as unknown as RequestContext, async () => {});
  return { address: ctx.state.clientAddress, headers };
}

describe('who calls', () => {
  it.each([
    ['nobody is believed by default', [], '198.51.100.7', '203.0.113.9', '198.51.100.7'],
    ['a declared proxy is believed', ['198.51.100.7'], '198.51.100.7', '203.0.113.9', '203.0.113.9'],
    [
      'what the caller forged before it is not',
      ['198.51.100.0/24'],
      '198.51.100.7',
      '10.9.9.9, 203.0.113.9',
      '203.0.113.9',
    ],
    [
      'a chain of own proxies',
      ['198.51.100.0/24'],
      '198.51.100.7',
      '203.0.113.9, 198.51.100.8',
      '203.0.113.9',
    ],
    ['no number, no address', ['198.51.100.7'], '198.51.100.7', 'unknown', '198.51.100.7'],
    ['IPv4 on a socket for both', ['198.51.100.7'], '::ffff:198.51.100.7', '203.0.113.9', '203.0.113.9'],
    ['IPv6 ranges', ['2001:db8::/32'], '2001:db8::1', '2001:4860::1', '2001:4860::1'],
  ])('%s', async (_case, proxies, peer, forwardedFor, expected) => {
    expect((await through(proxies, peer, { 'x-forwarded-for': forwardedFor })).address).toBe(expected);
  });

  it('takes away what a stranger says of scheme and host', async () => {
    const headers = {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=1.2.3.4',
    };
    expect((await through(['198.51.100.7'], '203.0.113.9', headers)).headers).toEqual({});
  });

  it('takes the scheme from a declared proxy, but never the host', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' };
    expect((await through(['198.51.100.7'], '198.51.100.7', headers)).headers).toEqual({
      'x-forwarded-proto': 'https',
    });
  });

  it.each(['example.com', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/', '10.0.0.0/8/8', '', '::/129'])(
    '"%s" is no range',
    (range) => {
      expect(() => trustedProxies([range])).toThrow(expect.objectContaining({ code: 'ERR_TRUSTED_PROXIES' }));
    },
  );
});
