/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** Milliseconds in a second, so that policies can be written in seconds. */
export const msPerSecond = 1_000;
