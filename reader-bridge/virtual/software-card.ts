/** A card made of software, at the level of APDUs: what vpcd and the software reader drive. */
export interface SoftwareCard {
  readonly atr: Uint8Array;
  powerOn(): void;
  powerOff(): void;
  /** A warm reset: what was selected is forgotten, what a PIN unlocked is not. */
  reset(): void;
  /** @returns the answer, or `undefined` when the card leaves the field instead of answering. */
  process(command: Uint8Array): Uint8Array | undefined;
}

/** A bare status word. */
export function statusWord(value: number): Uint8Array {
  return Uint8Array.from([value >> 8, value & 0xff]);
}

/** Data and a status word. */
export function answer(data: Uint8Array, value = 0x9000): Uint8Array {
  return Buffer.concat([data, statusWord(value)]);
}
