import { InvalidInput } from '../domain/fault.ts';
import type { ClientPreset } from '../domain/oidc-settings.ts';

/** @throws {InvalidInput} `ERR_REDIRECT_URI` @see RFC 6749 §3.1.2; RFC 8252 §7 for native applications */
export function requireRedirectUri(text: string, preset: ClientPreset): void {
  if (preset === 'native' && isPrivateUse(text)) return;
  if (!isHttpsOrLoopback(text) || text.includes('*') || hasPassword(text)) {
    throw new InvalidInput(
      'ERR_REDIRECT_URI',
      `"${text}" is no redirect URI: https, or http on loopback, no fragment, no "*"${preset === 'native' ? ', or a scheme of the application’s own such as jp.example.app:/callback' : ''}.`,
    );
  }
}

/** @see OpenID Connect Back-Channel Logout 1.0 §2.2 */
export function requireBackchannelLogoutUri(text: string): void {
  if (isHttpsOrLoopback(text) && !hasPassword(text)) return;
  throw new InvalidInput(
    'ERR_BACKCHANNEL_LOGOUT_URI',
    `"${text}" is no back-channel logout URI: https, or http on loopback, no fragment, no name or password in it.`,
  );
}

/** @throws {InvalidInput} `ERR_JWKS_URI` @see RFC 7591 §2 (`jwks_uri`) */
export function requireJwksUri(text: string): void {
  if (isHttpsOrLoopback(text) && !hasPassword(text)) return;
  throw new InvalidInput(
    'ERR_JWKS_URI',
    `"${text}" is no address of keys: https, or http on loopback, no fragment, no name or password in it.`,
  );
}

/** Where an address of a client may lie. */
export function isHttpsOrLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, hash } = new URL(text);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return (protocol === 'https:' || (protocol === 'http:' && loopback)) && hash === '';
}

/** @see RFC 8252 §7.1 (a scheme of the application's own is a domain name in reverse, so it has a dot) */
function isPrivateUse(text: string): boolean {
  return /^[a-z][a-z\d+-]*(?:\.[a-z\d+-]+)+:\/[^#*]*$/.test(text) && URL.canParse(text);
}

function hasPassword(text: string): boolean {
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}
