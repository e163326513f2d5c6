import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

/** What is believed of the proxies in front. */
export interface ProxySettings {
  readonly trustedProxies: readonly string[];
  /** How they hand on the certificates that clients showed; absent: none is believed. */
  readonly clientCertificates: HandedOnCertificates | undefined;
}

interface HandedOnCertificates {
  readonly header: string;
  /** Whose certificates count for `tls_client_auth`, in PEM; empty: nobody's. */
  readonly authorities: readonly string[];
}

// What settings may say. Each throws a TypeError that says what the value should be, and never what it was: it may hold
// a password.

/** One of a few words. */
export function oneOf<Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((one) => one === text);
    if (word === undefined) throw new TypeError(`is ${words.join(' or ')}`);
    return word;
  };
}

/** A host as addresses name it: in lower case, with a port only where it is not the usual one. */
export function parseHost(text: string): string {
  const host = text.toLowerCase();
  const isHost = ['http:', 'https:'].every((protocol) => URL.parse(`${protocol}//${host}`)?.host === host);
  if (!isHost)
    throw new TypeError('is hosts like ocsp.example or ocsp.example:8080, without the usual ports');
  return host;
}

/** `http://[user:password@]host:port`; empty: none. */
export function parseHttpProxy(text: string): string {
  if (text !== '' && !isHttpProxy(URL.parse(text))) {
    throw new TypeError(
      'is http://host:port or http://user:password@host:port, with signs like @ and # as %40 and %23',
    );
  }
  return text;
}

function isHttpProxy(url: URL | null): boolean {
  if (url === null || url.protocol !== 'http:' || `${url.pathname}${url.search}${url.hash}` !== '/')
    return false;
  try {
    decodeURIComponent(`${url.username}:${url.password}`);
    return true;
  } catch {
    // A % that is not followed by two hexadecimal digits.
    return false;
  }
}

/** A distinguished name, e.g. `dc=example,dc=jp`. */
export function parseDn(text: string): string {
  if (!/^[a-zA-Z][\w-]*=[^,]+(,[a-zA-Z][\w-]*=[^,]+)*$/.test(text))
    throw new TypeError('is no DN, e.g. dc=example,dc=jp');
  return text;
}

/** `true` or `false`. */
export function parseBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new TypeError('is true or false');
  return text === 'true';
}

/** An address with one of these protocols, such as `https:`; empty: none. */
export function parseUrl(...protocols: readonly string[]): (text: string) => string {
  return (text) => {
    if (text === '') return text;
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
      throw new TypeError(`is a URL with ${protocols.join(' or ')}`);
    }
    return text;
  };
}

/** HH:MM as minutes after midnight, or `off`. */
export function parseTimeOfDay(text: string): number | 'off' {
  if (text === 'off') return text;
  const [, hours = '', minutes = ''] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours === '') throw new TypeError('is a time of day in Japan like 05:30, or off');
  return Number(hours) * 60 + Number(minutes);
}

/** A whole number within bounds. @param unit as the message names it */
export function parseWhole(unit: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new TypeError(`is a whole number of ${unit}, ${least} to ${most}`);
  };
}

/** Items with commas or spaces between them. */
export function parseList(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '');
}

/** A file or directory that is there; empty: none. */
export function existing(text: string): string {
  if (text === '') return text;
  const path = resolve(text);
  if (!existsSync(path)) throw new TypeError(`${path} does not exist`);
  return path;
}

/** `header` or `header:file of CA certificates`; empty: none. @see RFC 9440 §2.2 */
export function parseClientCertificates(text: string): HandedOnCertificates | undefined {
  if (text === '') return undefined;
  const [, header, file] = /^([A-Za-z][A-Za-z\d-]{0,63})(?::(.+))?$/.exec(text) ?? [];
  if (header === undefined) {
    throw new TypeError('is the name of a header, or header:file with the CA certificates of clients in PEM');
  }
  if (file === undefined) return { header, authorities: [] };
  const authorities = readFileSync(existing(file), 'utf8').match(certificateBlocks) ?? [];
  if (authorities.length === 0) throw new TypeError('names a file without certificates in PEM');
  return { header, authorities };
}

const certificateBlocks = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What other versions can: only empty is taken. */
export function refuseYet(what: string): (text: string) => string {
  return (text) => {
    if (text !== '') throw new TypeError(`${what} is not supported by this version: leave it empty`);
    return text;
  };
}

/** Few offices have more printers than four processors answer. Where ports cannot be shared among threads, none. */
export function usualThreads(): number {
  const processors = availableParallelism();
  return process.platform === 'linux' && processors > 1 ? Math.min(processors, 4) : 0;
}

/** Whether a host name means this machine itself. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** @throws {TypeError} for what no browser may be sent to. */
export function parseIssuer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new TypeError('is no URL');
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!secure) throw new TypeError('anything but loopback must be https');
  if (url.search !== '' || url.hash !== '' || url.username !== '')
    throw new TypeError('takes no query, fragment or user');
  return text.replace(/\/$/, '');
}

/** Where lists are fetched. @throws {TypeError} */
export function parseCrlSource(text: string): string {
  return parseUrl('ldap:', 'ldaps:', 'http:', 'https:', 'file:')(text);
}
