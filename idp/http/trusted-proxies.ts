import { BlockList, isIP } from 'node:net';
import { InvalidInput } from '../domain/fault.ts';
import type { Middleware, RequestState } from './request-context.ts';

const forwardedHeaders = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'] as const;

/**
 * Notes who calls. What a request says of its own way counts only when a declared proxy sent it.
 * @param proxies addresses or CIDR ranges; empty: forwarded addresses are not believed.
 * @throws {InvalidInput} `ERR_TRUSTED_PROXIES` for what is neither.
 */
export function trustedProxies(proxies: readonly string[]): Middleware {
  const trusted = new BlockList();
  for (const range of proxies) addRange(trusted, range);
  return async (ctx, next) => {
    const peer = plain(ctx.req.socket.remoteAddress ?? '');
    const state = ctx.state as RequestState;
    state.fromTrustedProxy = contains(trusted, peer);
    if (state.fromTrustedProxy) {
      state.clientAddress = firstUntrusted(trusted, ctx.get('x-forwarded-for'), peer);
      // One host only is served, so a proxy has nothing to say about it.
      delete ctx.req.headers['x-forwarded-host'];
    } else {
      for (const header of forwardedHeaders) delete ctx.req.headers[header];
      state.clientAddress = peer;
    }
    await next();
  };
}

/** From the right, because only what our own proxies appended is true. */
function firstUntrusted(trusted: BlockList, forwardedFor: string, peer: string): string {
  const hops = forwardedFor
    .split(',')
    .map((hop) => plain(hop.trim()))
    .filter((hop) => isIP(hop) !== 0);
  return hops.findLast((hop) => !contains(trusted, hop)) ?? peer;
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** IPv4 as IPv4, also on a socket that takes both. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

function addRange(list: BlockList, range: string): void {
  const [address = '', prefix, ...more] = range.split('/');
  const family = isIP(address);
  const longest = family === 6 ? 128 : 32;
  // An empty prefix would be read as 0: everybody would be believed.
  const bits = /^\d{1,3}$/.test(prefix ?? String(longest)) ? Number(prefix ?? longest) : Number.NaN;
  if (family === 0 || !(bits <= longest) || more.length > 0) {
    throw new InvalidInput('ERR_TRUSTED_PROXIES', `"${range}" is neither an address nor a CIDR range.`);
  }
  list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
}
