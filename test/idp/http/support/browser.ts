interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** What a browser got for one navigation, redirects not followed. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Absolute; empty when it is no redirect. */
  readonly location: string;
}

/** A cookie jar with paths over `fetch`: what a browser keeps and sends, hosts aside. */
export class Browser {
  readonly #language: string;
  #cookies: Cookie[] = [];

  constructor(language = 'ja') {
    this.#language = language;
  }

  get cookieNames(): readonly string[] {
    return this.#cookies.map(({ name }) => name);
  }

  /** Takes over some of another browser's cookies, as a thief or a careless copy would. */
  copyCookies(from: Browser, wanted: (name: string) => boolean): void {
    this.#cookies.push(...from.#cookies.filter(({ name }) => wanted(name)));
  }

  get(url: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.#send(url, { headers });
  }

  post(url: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    return this.#send(url, { method: 'POST', body: new URLSearchParams(form), headers });
  }

  postJson(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Page> {
    const json = { 'content-type': 'application/json', accept: 'application/json' };
    return this.#send(url, { method: 'POST', body: JSON.stringify(body), headers: { ...json, ...headers } });
  }

  /** Follows redirects until one leaves `origin`, or there is none. */
  async follow(url: string, origin = new URL(url).origin): Promise<Page> {
    let page = await this.get(url);
    for (let hop = 0; page.location.startsWith(`${origin}/`) && hop < 10; hop += 1) {
      page = await this.get(page.location);
    }
    return page;
  }

  async #send(url: string, request: RequestInit & { headers: Record<string, string> }): Promise<Page> {
    const { pathname } = new URL(url);
    const sent = this.#cookies.filter(
      ({ path }) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')),
    );
    const response = await fetch(url, {
      ...request,
      redirect: 'manual',
      headers: {
        accept: 'text/html,application/xhtml+xml',
        'accept-language': this.#language,
        cookie: sent.map(({ name, value }) => `${name}=${value}`).join('; '),
        ...request.headers,
      },
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const location = response.headers.get('location');
    return {
      url,
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: location === null ? '' : new URL(location, url).href,
    };
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const attribute = (wanted: string) =>
      attributes.find((text) => text.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const path = attribute('path') ?? '/';
    const expires = attribute('expires');
    this.#cookies = this.#cookies.filter((cookie) => cookie.name !== name || cookie.path !== path);
    if (expires !== undefined && Date.parse(expires) < Date.now()) return;
    this.#cookies.push({ name, value, path });
  }
}
