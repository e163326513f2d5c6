import type { Middleware } from '../http/request-context.ts';
import { type Locale, localeFrom } from '../pages/locale.ts';
import type { DemoPorts } from './demo-config.ts';
import { playOnce } from './once.ts';
import { Stage } from './perform.ts';
import { demoSite } from './site/demo-site.ts';
import { demoTextsOf } from './texts/of-locale.ts';
import { startWorld } from './world.ts';

export interface DemoOptions {
  /** Plays the story in the terminal and ends. */
  readonly once: boolean;
  /** The provider's port, 3000 unless said otherwise. */
  readonly port?: number;
  readonly log: (line: string) => void;
}

/**
 * `kazasu demo`: everything on this machine, with a test authority and software cards, until Ctrl-C.
 * @returns the exit status: 0 when everything came out as it should.
 */
export function runDemo({ once, port, log }: DemoOptions): Promise<number> {
  const locale = terminalLocale();
  // Listened to from the beginning: what was begun by then is ended in good order all the same.
  const told = untilTold();
  return once ? play(locale, told, log) : show(locale, port === undefined ? {} : { http: port }, told, log);
}

/** The story in the terminal; nobody calls it, so that it takes whatever ports are free. */
async function play(locale: Locale, told: Promise<void>, log: DemoOptions['log']): Promise<number> {
  const world = await startWorld({ log, ports: { http: 0, ldap: 0, ldaps: 0, bridge: 0, kiosk: 0 } });
  try {
    const stop = new AbortController();
    void told.then(() => stop.abort());
    const wrong = await playOnce(world, locale, { log, signal: stop.signal });
    return wrong === 0 && !stop.signal.aborted ? 0 : 1;
  } finally {
    await world.close();
  }
}

/** The page, until somebody ends it. */
async function show(
  locale: Locale,
  ports: Partial<DemoPorts>,
  told: Promise<void>,
  log: DemoOptions['log'],
): Promise<number> {
  // The page needs the world, and the world's provider needs a place for the page.
  let page: Middleware = (_ctx, next) => next();
  const world = await startWorld({ log, ports, site: (ctx, next) => page(ctx, next) });
  try {
    page = demoSite(world, new Stage(world, log));
    const { started } = demoTextsOf(locale);
    log(`${started.title}\n\n  ${started.open}: ${world.issuer}/demo\n\n${started.end}`);
    await told;
    return 0;
  } finally {
    await world.close();
  }
}

/** The terminal's language, as the runtime has it from the system. */
function terminalLocale(): Locale {
  return localeFrom(new Intl.DateTimeFormat().resolvedOptions().locale) ?? 'en';
}

/** Ctrl-C, or a service manager; a second one ends the process on the spot. */
function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
