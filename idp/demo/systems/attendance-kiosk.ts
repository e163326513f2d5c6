import { createServer } from 'node:http';
import { Router, type RouterContext } from '@koa/router';
import Koa from 'koa';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { Instant } from '../../domain/instant.ts';
import { type Locale, localeFrom } from '../../pages/locale.ts';
import type { Clock } from '../../ports/clock.ts';
import { kioskPages } from './kiosk-pages.ts';
import { closeServer, sampleSystemHeaders, stylesheet } from './sample-system.ts';

/** In or out. */
export type Direction = 'in' | 'out';

/** One punch, with what the sign-in behind it rested on. */
export interface Punch {
  readonly id: string;
  readonly direction: Direction;
  readonly at: Instant;
  readonly uid: string;
  readonly name: string;
  readonly employeeNumber: string;
  readonly acr: string;
  readonly amr: readonly string[];
}

/** What the kiosk tells whoever watches it. */
export type KioskEvent =
  | { readonly type: 'asked'; readonly ms: number }
  | { readonly type: 'punched'; readonly punch: Punch; readonly ms: number }
  | { readonly type: 'not-punched'; readonly reason: string };

export interface KioskOptions {
  readonly port: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clock: Clock;
  readonly observe: (event: KioskEvent) => void;
}

export interface AttendanceKiosk {
  readonly url: string;
  /** Newest last. */
  readonly punches: readonly Punch[];
  close(): Promise<void>;
}

/** Where the provider sends the browser back. */
export function kioskRedirectUri(port: number): string {
  return `http://localhost:${port}/callback`;
}

interface WaitingPunch {
  readonly direction: Direction;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly expiresAt: Instant;
}

const requestCookie = 'kiosk_request';
const requestMs = 10 * 60_000;
/** How long the screen may be asked for again that names who punched. */
const shownMs = 60_000;

/**
 * An attendance kiosk as a vendor would build one: an OpenID Connect relying party that knows nothing of cards. It asks
 * for a fresh sign-in for every punch and keeps no session of the last person.
 * @see OpenID Connect Core §3.1.2.1 (`prompt`, `max_age`, `nonce`)
 * @see RFC 7636 (PKCE)
 */
export async function startAttendanceKiosk(options: KioskOptions): Promise<AttendanceKiosk> {
  const provider = await discovery(
    new URL(options.issuer),
    options.clientId,
    options.clientSecret,
    undefined,
    // Everything of the demonstration is on loopback, without TLS.
    { execute: [allowInsecureRequests] },
  );
  const kiosk = new Kiosk(provider, options);
  const app = new Koa();
  app.silent = true;
  app.use(sampleSystemHeaders);
  app.use(routesOf(kiosk).routes());
  const server = createServer(app.callback());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  return {
    url: `http://localhost:${options.port}/`,
    punches: kiosk.punches,
    close: () => closeServer(server),
  };
}

function routesOf(kiosk: Kiosk): Router {
  const router = new Router();
  router.get('/', async (ctx) => {
    ctx.body = kioskPages.start(localeOf(ctx));
  });
  router.get('/sample-system.css', stylesheet);
  router.get('/punch/:direction', async (ctx) => {
    const direction = ctx.params.direction === 'out' ? 'out' : 'in';
    ctx.status = 303;
    ctx.redirect(await kiosk.ask(ctx, direction));
  });
  router.get('/callback', (ctx) => kiosk.takeAnswer(ctx));
  router.get('/punched/:id', async (ctx) => {
    const punch = kiosk.shown(ctx.params.id ?? '');
    if (punch === undefined) return ctx.redirect('/');
    ctx.body = kioskPages.punched(localeOf(ctx), punch);
  });
  return router;
}

class Kiosk {
  readonly punches: Punch[] = [];
  readonly #provider: Configuration;
  readonly #options: KioskOptions;
  readonly #waiting = new Map<string, WaitingPunch>();

  constructor(provider: Configuration, options: KioskOptions) {
    this.#provider = provider;
    this.#options = options;
  }

  /** Remembers what was asked for this browser, and says where to send it. */
  async ask(ctx: RouterContext, direction: Direction): Promise<string> {
    const startedAt = performance.now();
    const now = this.#options.clock.now();
    for (const [key, { expiresAt }] of this.#waiting) if (expiresAt <= now) this.#waiting.delete(key);
    const [state, nonce, codeVerifier, key] = [
      randomState(),
      randomNonce(),
      randomPKCECodeVerifier(),
      randomState(),
    ];
    this.#waiting.set(key, { direction, state, nonce, codeVerifier, expiresAt: now + requestMs });
    ctx.cookies.set(requestCookie, key, {
      ...{ path: '/callback', httpOnly: true, sameSite: 'lax', maxAge: requestMs, overwrite: true },
    });
    const url = buildAuthorizationUrl(this.#provider, {
      redirect_uri: kioskRedirectUri(this.#options.port),
      scope: 'openid profile employee',
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...{ state, nonce },
      // A shared screen: whoever signed in before is not who stands here now.
      ...{ prompt: 'login', max_age: '0' },
      ui_locales: localeOf(ctx),
    });
    this.#options.observe({ type: 'asked', ms: performance.now() - startedAt });
    return url.href;
  }

  /** Takes the code, checks everything that the standard asks, and punches. */
  async takeAnswer(ctx: RouterContext): Promise<void> {
    const startedAt = performance.now();
    const key = ctx.cookies.get(requestCookie) ?? '';
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (waiting === undefined) return this.#refuse(ctx, 'no-request-of-this-browser');
    try {
      const punch = await this.#redeem(new URL(ctx.href), waiting);
      this.punches.push(punch);
      this.#options.observe({ type: 'punched', punch, ms: performance.now() - startedAt });
      ctx.status = 303;
      ctx.redirect(`/punched/${punch.id}`);
    } catch (error) {
      this.#refuse(ctx, errorNameOf(error));
    }
  }

  shown(id: string): Punch | undefined {
    const since = this.#options.clock.now() - shownMs;
    return this.punches.find((punch) => punch.id === id && punch.at > since);
  }

  async #redeem(answer: URL, waiting: WaitingPunch): Promise<Punch> {
    const tokens = await authorizationCodeGrant(this.#provider, answer, {
      expectedState: waiting.state,
      expectedNonce: waiting.nonce,
      pkceCodeVerifier: waiting.codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new TypeError('no ID token');
    const person = await fetchUserInfo(this.#provider, tokens.access_token, claims.sub);
    return {
      id: randomState(),
      direction: waiting.direction,
      at: this.#options.clock.now(),
      uid: person.preferred_username ?? claims.sub,
      name: person.name ?? claims.sub,
      employeeNumber: String(person.employee_number ?? ''),
      acr: String(claims.acr ?? ''),
      amr: Array.isArray(claims.amr) ? claims.amr.map(String) : [],
    };
  }

  #refuse(ctx: RouterContext, reason: string): void {
    this.#options.observe({ type: 'not-punched', reason });
    ctx.status = 403;
    ctx.body = kioskPages.notPunched(localeOf(ctx), reason);
  }
}

/** OAuth's name of an error where there is one. @see RFC 6749 §4.1.2.1 */
function errorNameOf(error: unknown): string {
  const { error: name, code } = error as { readonly error?: unknown; readonly code?: unknown };
  return typeof name === 'string' ? name : typeof code === 'string' ? code : 'sign-in-failed';
}

function localeOf(ctx: RouterContext): Locale {
  const { lang } = ctx.query;
  return (
    localeFrom(typeof lang === 'string' ? lang : undefined) ?? localeFrom(ctx.get('accept-language')) ?? 'ja'
  );
}
