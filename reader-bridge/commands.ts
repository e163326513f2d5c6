import { readFileSync } from 'node:fs';
import { type CardProfile, defaultCardProfiles } from '../idp/domain/card-profile.ts';
import { Fault, InvalidInput } from '../idp/domain/fault.ts';
import { parseCardProfiles } from '../idp/domain/read-card-profiles.ts';
import { startBridge } from './bridge.ts';
import { BridgeState } from './bridge-state.ts';
import { CardError } from './card-error.ts';
import type { CardReader } from './card-reader.ts';
import { enrol } from './enrol.ts';
import { IdpClient } from './idp-client.ts';
import { textsOf } from './locale.ts';
import { openPcscReader } from './pcsc.ts';
import { registerCard } from './register.ts';
import { seeCard } from './see.ts';
import { systemClock } from './system-clock.ts';
import type { BridgeIo } from './terminal.ts';
import { noteOf } from './texts.ts';

interface ReaderOptions {
  readonly stateDir: string;
  /** A part of the PC/SC reader's name. */
  readonly reader?: string;
  /** A file of card profiles, the provider's own; the present card alone without it. */
  readonly profiles?: string;
  /** In place of PC/SC: a software reader. */
  readonly cardReader?: CardReader;
}

/** `bridge enroll --idp URL --code CODE`. @throws {InvalidInput | Fault} */
export async function enroll(
  options: { readonly idp: string; readonly code: string; readonly stateDir: string },
  { out }: BridgeIo,
): Promise<void> {
  const state = new BridgeState(options.stateDir);
  const enrolment = await enrol(options);
  state.saveEnrolment(enrolment);
  state.resetCounter();
  const { name, kind, issuer } = enrolment.provider;
  out(`This bridge is now the reader “${name}” (${kind}) of ${issuer}. Start it with: kazasu bridge run`);
}

/** `bridge run`: until a signal ends it. @throws {InvalidInput | Fault} */
export async function run(options: ReaderOptions & { readonly port: number }, io: BridgeIo): Promise<void> {
  const state = new BridgeState(options.stateDir);
  // Before the reader is opened: who has not enrolled is told that first.
  state.enrolment();
  const profiles = profilesOf(options);
  await withReader(options, async (reader) => {
    const { out: say, err: log } = io;
    const bridge = await startBridge({
      state,
      reader,
      profiles,
      clock: systemClock,
      port: options.port,
      locale: 'ja',
      say,
      log,
    });
    const where = bridge.port === undefined ? '' : `, page on http://127.0.0.1:${bridge.port}`;
    io.out(`The bridge “${bridge.name}” (${bridge.kind}) runs${where}. Ctrl-C ends it.`);
    const end = () => void bridge.close();
    process.once('SIGINT', end).once('SIGTERM', end);
    try {
      if (bridge.kind === 'workstation') await sayWhenMissing(reader, log);
      await bridge.ended;
    } finally {
      process.off('SIGINT', end).off('SIGTERM', end);
    }
  });
}

/** `bridge register --invite CODE`. @throws {InvalidInput | Fault} */
export async function register(
  options: ReaderOptions & { readonly invite: string; readonly pinStdin?: boolean; readonly agree?: boolean },
  io: BridgeIo,
): Promise<void> {
  const state = new BridgeState(options.stateDir);
  const client = new IdpClient(state.enrolment(), state, systemClock);
  const profiles = profilesOf(options);
  await withReader(options, (reader) => registerCard({ reader, client, profiles, io }, options));
}

/** `bridge see`: what a tap reads here. @throws {InvalidInput | Fault} */
export async function see(
  options: Omit<ReaderOptions, 'stateDir'> & { readonly json?: boolean },
  io: BridgeIo,
): Promise<void> {
  const profiles = profilesOf(options);
  await withReader(options, (reader) => seeCard({ reader, io, profiles }, options));
}

/** @throws {InvalidInput} `ERR_CARD_PROFILE`. */
function profilesOf({ profiles }: Pick<ReaderOptions, 'profiles'>): readonly CardProfile[] {
  if (profiles === undefined) return defaultCardProfiles;
  let text: string;
  try {
    text = readFileSync(profiles, 'utf8');
  } catch (cause) {
    throw new InvalidInput('ERR_CARD_PROFILE', `The card profiles cannot be read: ${profiles}`, cause);
  }
  return parseCardProfiles(text);
}

/** A workstation asks its reader only when a browser calls: that there is none is said at the start. */
async function sayWhenMissing(reader: CardReader, log: (message: string) => void): Promise<void> {
  try {
    await reader.presentCard();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    log(error.message);
  }
}

/** A card's trouble is the person's to mend: it is told in words, not as a fault. */
async function withReader(
  options: Pick<ReaderOptions, 'reader' | 'cardReader'>,
  act: (reader: CardReader) => Promise<void>,
): Promise<void> {
  const { reader: readerName, cardReader } = options;
  const reader = cardReader ?? (await openPcscReader(readerName === undefined ? {} : { readerName }));
  try {
    await act(reader);
  } catch (error) {
    if (!(error instanceof CardError)) throw error;
    throw new InvalidInput(error.code, textsOf('en').notes[noteOf(error.code)], error);
  } finally {
    if (cardReader === undefined) reader.close();
  }
}
