import { CardError, cardRemoved } from './card-error.ts';

/**
 * A command to a card, short form only: readers differ in what extended lengths they take.
 * @see ISO/IEC 7816-4 §5.2
 */
export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** 1–255 octets. */
  readonly data?: Uint8Array;
  /** Octets wanted in the answer, 1–256. */
  readonly le?: number;
}

/** A card's answer. */
export interface ResponseApdu {
  readonly data: Uint8Array;
  readonly statusWord: number;
}

/** The instructions this product speaks, by their names in ISO/IEC 7816-4 and -8. */
export const instruction = {
  select: 0xa4,
  readBinary: 0xb0,
  verify: 0x20,
  performSecurityOperation: 0x2a,
  getData: 0xca,
  getResponse: 0xc0,
} as const;

export const success = 0x9000;

/** Writes a command as it goes to the card. */
export function encodeCommand({ cla, ins, p1, p2, data, le }: CommandApdu): Uint8Array {
  if ((data?.length ?? 0) > 255 || (le ?? 1) > 256 || (le ?? 1) < 1) {
    throw new CardError('ERR_APDU_NOT_ALLOWED', 'Only short APDUs are sent.');
  }
  const body = data === undefined || data.length === 0 ? [] : [data.length, ...data];
  return Uint8Array.from([cla, ins, p1, p2, ...body, ...(le === undefined ? [] : [le & 0xff])]);
}

/** Reads a command from its octets; `undefined` when it is no short APDU. */
export function parseCommand(bytes: Uint8Array): CommandApdu | undefined {
  const [cla, ins, p1, p2, third] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return undefined;
  const header = { cla, ins, p1, p2 };
  if (third === undefined) return header;
  if (bytes.length === 5) return { ...header, le: third === 0 ? 256 : third };
  const data = bytes.subarray(5, 5 + third);
  const rest = bytes.subarray(5 + third);
  if (third === 0 || data.length !== third || rest.length > 1) return undefined;
  const [le] = rest;
  return le === undefined ? { ...header, data } : { ...header, data, le: le === 0 ? 256 : le };
}

/**
 * Reads an answer.
 * @throws {CardError} `ERR_CARD_REMOVED` when it is shorter than a status word: PC/SC says so of a card pulled mid-way.
 */
export function parseResponse(bytes: Uint8Array): ResponseApdu {
  const [sw1, sw2] = bytes.subarray(-2);
  if (sw1 === undefined || sw2 === undefined) throw cardRemoved();
  return { data: bytes.subarray(0, -2), statusWord: (sw1 << 8) | sw2 };
}
