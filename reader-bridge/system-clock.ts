/** Where the bridge gets the time: epoch milliseconds. */
export interface BridgeClock {
  now(): number;
}

/** The machine's clock: the one place that asks it. */
export const systemClock: BridgeClock = { now: () => Date.now() };
