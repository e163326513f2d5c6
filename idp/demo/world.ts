import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Enrolment } from '../../reader-bridge/bridge-state.ts';
import type { SoftwareReader } from '../../reader-bridge/virtual/software-reader.ts';
import { systemClock } from '../clock.ts';
import { openSystem, serve } from '../compose.ts';
import type { FlowContext } from '../flows/context.ts';
import type { Middleware } from '../http/request-context.ts';
import { DoorReader, enrolBridge } from './bridges.ts';
import { anchorDirectory, choosePorts, type DemoPorts, demoConfig } from './demo-config.ts';
import { FrontDesk } from './front-desk.ts';
import { setUp } from './installation.ts';
import { Journal } from './journal.ts';
import { observedContext } from './observed-context.ts';
import { samplePeople } from './people.ts';
import { type ByHand, type SampleSystems, startSampleSystems } from './sample-systems.ts';
import { type IssuedCard, TestAuthority } from './test-authority.ts';
import { watchedReader } from './watched-reader.ts';

/** Everything of the demonstration, running on loopback. */
export interface World extends SampleSystems {
  readonly issuer: string;
  readonly ports: DemoPorts;
  readonly context: FlowContext;
  readonly journal: Journal;
  readonly authority: TestAuthority;
  /** The reader beside the kiosk, with its bridge. */
  readonly frontDesk: FrontDesk;
  readonly doorReader: DoorReader;
  /** The printer's own: no bridge of ours stands behind it. */
  readonly printerReader: SoftwareReader;
  /** A reader whose key somebody copied. */
  readonly stolenReader: Enrolment;
  readonly byHand: ByHand;
  /** The card that each person holds now, by `uid`. */
  readonly cards: Map<string, IssuedCard>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly log: (line: string) => void;
  readonly ports?: Partial<DemoPorts>;
  /** Routes in front of the provider's: the page. */
  readonly site?: Middleware;
}

/**
 * Starts the whole demonstration: authority, provider, façade, bridges, sample systems. Its data lies in a fresh
 * directory that is marked as a demonstration's for ever, and goes when it ends.
 */
export async function startWorld({ log, ports: wishes = {}, site }: WorldOptions): Promise<World> {
  const ending: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of ending.splice(0).reverse()) await end();
  };
  try {
    return {
      ...(await build({ log, ports: wishes, ...(site === undefined ? {} : { site }) }, ending)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  { log, ports: wishes = {}, site }: WorldOptions,
  ending: (() => Promise<unknown>)[],
): Promise<Omit<World, 'close'>> {
  const clock = systemClock;
  const journal = new Journal(clock);
  const directory = await mkdtemp(join(tmpdir(), 'kazasu-demo-'));
  ending.push(() => rm(directory, { recursive: true, force: true }));
  const authority = await TestAuthority.start(clock);
  ending.push(() => authority.close());
  await authority.writeAnchors(anchorDirectory(directory));
  const ports = await choosePorts(wishes, log);
  const config = demoConfig(directory, ports, authority.lists.url);
  const system = await openSystem(config, {
    log,
    clock,
    demo: true,
    ocspHosts: [new URL(authority.ocspUrl).host],
  });
  ending.push(() => system.close());
  const context = observedContext(system.context, journal);
  const bridgeUrl = `http://127.0.0.1:${ports.bridge}`;
  const running = await serve(
    { ...system, context },
    { log, demoBanner: true, bridgeUrl, ...(site === undefined ? {} : { extraMiddleware: [site] }) },
  );
  ending.push(() => running.close());
  const { ldapsPort } = running;
  const credentials = await setUp(context, { config, ldapsPort, kioskPort: ports.kiosk });
  const enrol = (code: string, name: string) => enrolBridge(config.issuer, code, join(directory, name));
  const deskState = await enrol(credentials.frontDeskCode, 'front-desk');
  const frontDesk = await FrontDesk.start(deskState, { journal, port: ports.bridge, log });
  ending.push(() => frontDesk.close());
  const doorState = await enrol(credentials.doorReaderCode, 'door');
  const doorReader = await DoorReader.start(watchedReader('door', journal), doorState);
  ending.push(() => doorReader.close());
  const byHand: ByHand = { uid: '' };
  const systems = await startSampleSystems({
    issuer: config.issuer,
    kioskPort: ports.kiosk,
    credentials,
    clock,
    journal,
    byHand,
  });
  ending.push(() => systems.kiosk.close());
  const cards = await Promise.all(
    samplePeople.map(async (person) => [person.uid, await authority.issueCard(person)] as const),
  );
  return {
    ...systems,
    issuer: config.issuer,
    ports,
    context,
    journal,
    byHand,
    authority,
    frontDesk,
    doorReader,
    printerReader: watchedReader('printer', journal),
    stolenReader: (await enrol(credentials.spareReaderCode, 'spare')).enrolment(),
    cards: new Map(cards),
  };
}
