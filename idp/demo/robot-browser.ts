import { type IncomingHttpHeaders, request } from 'node:http';

/** Told of every request on a browser's way; what it gives back is told how long the answer took. */
export type HopListener = (url: URL) => (ms: number) => void;

type Method = 'GET' | 'POST';

/** The page on which a navigation ended. */
export interface LoadedPage {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

const longestWay = 20;
const answerTimeoutMs = 20_000;

/**
 * A browser without a screen, for the parts of the story that nobody clicks: it navigates as a browser does, with a
 * cookie jar and the headers by which servers tell a navigation from a script's call.
 * @see RFC 6265bis §5.4 (cookies are kept by host, not by port)
 * @see W3C Fetch Metadata Request Headers §2
 */
export class RobotBrowser {
  readonly #cookies = new Map<
    string,
    { readonly host: string; readonly path: string; readonly pair: string }
  >();
  readonly #language: string;
  readonly #onHop: HopListener;
  #from: URL | undefined;

  constructor(language: string, onHop: HopListener = () => () => {}) {
    this.#language = language;
    this.#onHop = onHop;
  }

  /** Opens a page and follows redirects to where they end. @throws {TypeError} when they go round in circles. */
  navigate(url: string | URL): Promise<LoadedPage> {
    return this.#load('GET', new URL(url, this.#from), undefined);
  }

  /** Sends a form of the page at hand. */
  submit(url: string | URL, fields: { readonly [name: string]: string }): Promise<LoadedPage> {
    return this.#load('POST', new URL(url, this.#from), new URLSearchParams(fields).toString());
  }

  /** What a page's own script asks for: no navigation, no redirects. */
  async fetchPart(url: string | URL): Promise<LoadedPage> {
    const target = new URL(url, this.#from);
    const { status, text } = await exchange('GET', target, undefined, {
      ...this.#headers('GET', target),
      Accept: '*/*',
      'Sec-Fetch-Mode': 'cors',
      'Sec-Fetch-Dest': 'empty',
    });
    return { url: target, status, text };
  }

  async #load(method: Method, url: URL, body: string | undefined): Promise<LoadedPage> {
    let next = { method, url, body };
    for (let hops = 0; hops < longestWay; hops += 1) {
      const { status, headers, text } = await this.#hop(next.method, next.url, next.body);
      const location = status >= 300 && status < 400 ? headers.location : refreshOf(headers);
      if (location === undefined) {
        this.#from = next.url;
        return { url: next.url, status, text };
      }
      next = { method: 'GET', url: new URL(location, next.url), body: undefined };
    }
    throw new TypeError(`${url.origin} sends browsers round in circles`);
  }

  async #hop(method: Method, url: URL, body: string | undefined): Promise<Answer> {
    const answered = this.#onHop(url);
    const startedAt = performance.now();
    const answer = await exchange(method, url, body, this.#headers(method, url));
    this.#keepCookies(url, answer.headers['set-cookie'] ?? []);
    answered(performance.now() - startedAt);
    return answer;
  }

  #headers(method: Method, url: URL): { readonly [name: string]: string } {
    const from = this.#from;
    const site = from === undefined ? 'none' : siteOf(from, url);
    const cookie = this.#cookiesFor(url);
    return {
      Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.1',
      'Accept-Language': this.#language,
      'User-Agent': 'Mozilla/5.0 (Kazasu demonstration)',
      'Sec-Fetch-Site': site,
      'Sec-Fetch-Mode': 'navigate',
      'Sec-Fetch-Dest': 'document',
      'Sec-Fetch-User': '?1',
      ...(cookie === '' ? {} : { Cookie: cookie }),
      ...(method === 'POST'
        ? { Origin: from?.origin ?? 'null', 'Content-Type': 'application/x-www-form-urlencoded' }
        : {}),
    };
  }

  #cookiesFor({ hostname, pathname }: URL): string {
    return [...this.#cookies.values()]
      .filter(
        ({ host, path }) => host === hostname && (pathname === path || pathname.startsWith(withSlash(path))),
      )
      .sort((one, other) => other.path.length - one.path.length)
      .map(({ pair }) => pair)
      .join('; ');
  }

  #keepCookies({ hostname, pathname }: URL, lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const attribute = (name: string) =>
        attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
      const path = attribute('path') ?? pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')));
      const key = `${hostname} ${path} ${pair.slice(0, pair.indexOf('='))}`;
      const gone = pair.endsWith('=') || attribute('max-age') === '0' || isPast(attribute('expires'));
      if (gone) this.#cookies.delete(key);
      else this.#cookies.set(key, { host: hostname, path, pair });
    }
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** By `node:http`, because `fetch` sets the headers of a script's call itself. */
function exchange(
  method: Method,
  url: URL,
  body: string | undefined,
  headers: { readonly [name: string]: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, timeout: answerTimeoutMs }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url.origin} does not answer`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** A page that leads on at once by itself. @see HTML §4.2.5.3 (refresh) */
function refreshOf({ refresh }: IncomingHttpHeaders): string | undefined {
  return typeof refresh === 'string' ? /^0; url=(.+)$/.exec(refresh)?.[1] : undefined;
}

/** Ports do not make a site, hosts do. @see HTML §7.1.1 (same site) */
function siteOf(from: URL, to: URL): 'same-origin' | 'same-site' | 'cross-site' {
  if (from.origin === to.origin) return 'same-origin';
  return from.hostname === to.hostname && from.protocol === to.protocol ? 'same-site' : 'cross-site';
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/** Only a date of the epoch's beginning is taken for "delete it": nothing here lives long enough to expire. */
function isPast(expires: string | undefined): boolean {
  return expires !== undefined && Date.parse(expires) < 86_400_000;
}
