import { type RunningBridge, startBridge } from '../../reader-bridge/bridge.ts';
import { BridgeState } from '../../reader-bridge/bridge-state.ts';
import { enrol } from '../../reader-bridge/enrol.ts';
import { readCard } from '../../reader-bridge/read-card.ts';
import { systemClock } from '../../reader-bridge/system-clock.ts';
import type { SoftwareJpkiCard } from '../../reader-bridge/virtual/jpki-card.ts';
import type { SoftwareReader } from '../../reader-bridge/virtual/software-reader.ts';

/** Makes a bridge belong to the provider: the real enrolment, over HTTP, with a key made on the spot. */
export async function enrolBridge(issuer: string, code: string, directory: string): Promise<BridgeState> {
  const state = new BridgeState(directory);
  state.saveEnrolment(await enrol({ idp: issuer, code }));
  state.resetCounter();
  return state;
}

/** The reader at the door, with the real tap loop behind it: what it posts, the controller's bind must find. */
export class DoorReader {
  readonly #reader: SoftwareReader;
  #bridge: RunningBridge | undefined;
  #dealtWith = Promise.withResolvers<void>();

  private constructor(reader: SoftwareReader) {
    this.#reader = reader;
  }

  static async start(reader: SoftwareReader, state: BridgeState): Promise<DoorReader> {
    const door = new DoorReader(reader);
    door.#bridge = await startBridge({
      ...{ state, reader, clock: systemClock, port: 0, locale: 'ja' },
      log: () => {},
      // What the display at the door would say: then the tap has been posted, or refused.
      say: () => door.#dealtWith.resolve(),
    });
    return door;
  }

  /**
   * Holds a card over the reader until its tap was dealt with.
   * @returns the serial number, as the door controller's own wire carries it.
   */
  async hold(card: SoftwareJpkiCard): Promise<string> {
    this.#dealtWith = Promise.withResolvers();
    this.#reader.present(card);
    try {
      await this.#dealtWith.promise;
      return await readSerial(this.#reader);
    } finally {
      this.#reader.remove();
    }
  }

  async close(): Promise<void> {
    await this.#bridge?.close();
    this.#reader.close();
  }
}

/** Reads the number of the card on a reader, as a device with a reader of its own does. */
export async function readSerial(reader: SoftwareReader): Promise<string> {
  const presented = await reader.presentCard();
  const reading = presented && (await readCard(presented, 'serial'));
  if (reading?.kind !== 'jpki' || !('serialNumber' in reading)) {
    throw new TypeError('no card lies on the reader');
  }
  return reading.serialNumber;
}
