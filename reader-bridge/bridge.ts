import type { CardProfile } from '../idp/domain/card-profile.ts';
import type { BridgeState } from './bridge-state.ts';
import type { CardReader } from './card-reader.ts';
import { IdpClient } from './idp-client.ts';
import { startLoopbackServer } from './loopback/loopback-server.ts';
import type { BridgeClock } from './system-clock.ts';
import { runTapLoop } from './tap-loop.ts';
import type { Locale } from './texts.ts';

export interface BridgeParts {
  readonly state: BridgeState;
  readonly reader: CardReader;
  /** The kinds of cards that are read; the present card unless said otherwise. */
  readonly profiles?: readonly CardProfile[] | undefined;
  readonly clock: BridgeClock;
  /** Of the loopback page; 0 lets the system choose. */
  readonly port: number;
  readonly locale: Locale;
  /** Tells the person at the reader what came of a tap. */
  readonly say: (message: string) => void;
  /** For whoever looks after the reader; no number of a card, no PIN. */
  readonly log: (message: string) => void;
}

/** A bridge that runs. */
export interface RunningBridge {
  readonly kind: 'workstation' | 'station' | 'device';
  readonly name: string;
  /** Of the loopback page, at a workstation. */
  readonly port?: number;
  /** Settles when the bridge has ended, and rejects when it ended by itself. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/**
 * Runs the enrolled bridge: at a workstation the loopback page, at a device or a station the loop that posts every tap.
 * @throws {InvalidInput} `ERR_NOT_ENROLLED`.
 * @throws {Fault} `ERR_ALREADY_RUNNING`.
 */
export async function startBridge(parts: BridgeParts): Promise<RunningBridge> {
  const { state, reader, profiles, clock, port, log } = parts;
  const client = new IdpClient(state.enrolment(), state, clock);
  const { kind, name } = client.provider;
  if (kind === 'workstation') {
    const server = await startLoopbackServer({
      reader,
      profiles,
      client,
      clock,
      log,
      port,
      uid: ownUid(log),
    });
    const ended = Promise.withResolvers<void>();
    const close = () => server.close().then(ended.resolve);
    return { kind, name, port: server.port, ended: ended.promise, close };
  }
  const stop = new AbortController();
  const ended = runTapLoop({ ...parts, client }, stop.signal);
  return {
    kind,
    name,
    ended,
    close: () => {
      stop.abort();
      return ended;
    },
  };
}

/** Only Linux tells whose a socket is; elsewhere a computer with one user at a time is assumed, and said. */
function ownUid(log: (message: string) => void): number | undefined {
  if (process.platform === 'linux') return process.getuid?.();
  log(
    'This system does not tell which user’s browser calls: use this bridge on computers with one user at a time.',
  );
  return undefined;
}
