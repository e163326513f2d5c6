import { type Locale, localeFrom } from '../pages/locale.ts';
import type { DemoPorts } from './demo-config.ts';
import { playOnce } from './once.ts';
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
export async function runDemo({ once, port, log }: DemoOptions): Promise<number> {
  const ports: Partial<DemoPorts> = port === undefined ? {} : { http: port };
  const locale = terminalLocale();
  const world = await startWorld({ log, ports });
  try {
    if (once) return (await playOnce(world, locale, log)) === 0 ? 0 : 1;
    log(`${world.issuer}/demo`);
    await untilTold();
    return 0;
  } finally {
    await world.close();
  }
}

/** The terminal's language, as the runtime has it from the system. */
function terminalLocale(): Locale {
  return localeFrom(new Intl.DateTimeFormat().resolvedOptions().locale) ?? 'en';
}

function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
