import type { CardProfile } from '../idp/domain/card-profile.ts';
import { InvalidInput } from '../idp/domain/fault.ts';
import type { CardReader } from './card-reader.ts';
import { cardWithin } from './card-within.ts';
import { textsOf } from './locale.ts';
import { readSerialNumber } from './read-card.ts';
import type { BridgeIo } from './terminal.ts';

/** One card number in the spellings that devices use for it. */
export interface CardSpellings {
  readonly kind: 'jpki' | 'felica';
  readonly hex: string;
  readonly upperCaseHex: string;
  readonly separatedHex: string;
  readonly reversedHex: string;
  readonly decimal: string;
  readonly reversedDecimal: string;
}

export interface SeeParts {
  readonly reader: CardReader;
  readonly io: BridgeIo;
  /** The kinds of cards that are read; the present card unless said otherwise. */
  readonly profiles?: readonly CardProfile[] | undefined;
  /** Whom a number would match, where an administrator may ask; this bridge itself may not. */
  readonly matchOf?: (kind: CardSpellings['kind'], hex: string) => Promise<string | undefined>;
}

const waitForCardMs = 60_000;

/**
 * Shows what a tap reads at this reader: an administrator compares it with what a device shows. It is printed for the
 * one who holds the card, and sent nowhere.
 * @throws {InvalidInput} `ERR_CARD_UNSUPPORTED` for a card that has no number for us.
 * @throws {CardError}
 * @throws {Fault}
 */
export async function seeCard(
  { reader, io, profiles, matchOf }: SeeParts,
  options: { readonly json?: boolean },
): Promise<void> {
  io.err('Hold the card. カードをかざしてください。');
  const reading = await readSerialNumber(await cardWithin(reader, waitForCardMs), profiles);
  if (reading.kind === 'unsupported') {
    throw new InvalidInput('ERR_CARD_UNSUPPORTED', textsOf('en').notes[reading.name]);
  }
  const hex = reading.kind === 'felica' ? reading.idm : reading.serialNumber;
  const spellings = spellingsOf(reading.kind, hex);
  const match = await matchOf?.(reading.kind, hex);
  if (options.json) {
    io.out(JSON.stringify({ ...spellings, ...(match === undefined ? {} : { match }) }));
    return;
  }
  for (const [name, value] of Object.entries(spellings)) io.out(`${name.padEnd(16)} ${value}`);
  if (match !== undefined) io.out(`${'match'.padEnd(16)} ${match}`);
}

/** @param hex whole octets, lower case. */
export function spellingsOf(kind: CardSpellings['kind'], hex: string): CardSpellings {
  const octets = Buffer.from(hex, 'hex');
  const reversed = Buffer.from(octets).reverse().toString('hex');
  return {
    kind,
    hex,
    upperCaseHex: hex.toUpperCase(),
    separatedHex: hex.toUpperCase().replace(/..(?=.)/g, '$&:'),
    reversedHex: reversed,
    decimal: BigInt(`0x${hex}`).toString(),
    reversedDecimal: BigInt(`0x${reversed}`).toString(),
  };
}
