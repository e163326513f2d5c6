import type { IssuerKeyId, SerialNumber } from './certificate-id.ts';
import { parseSerialNumber } from './certificate-id.ts';
import { InvalidInput } from './fault.ts';
import type { Instant } from './instant.ts';
import type { OrganizationId, PersonId, PersonState, ReleasedPerson } from './person.ts';

/** A card's kind is its technology; "temporary" is a validity, not a kind. */
export type CardKind = 'jpki' | 'felica' | 'uid';

export type CardId = string & { readonly __brand: 'CardId' };

/** How every store finds a card: 16 octets of HMAC-SHA-256 in lower-case hex. It cannot be turned back into the number. */
export type CardKey = string & { readonly __brand: 'CardKey' };

/** A FeliCa manufacture id: 8 octets in lower-case hex. */
export type Idm = string & { readonly __brand: 'Idm' };

/** The anticollision identifier of an ISO 14443 card: 4, 7 or 10 octets in lower-case hex. */
export type CardUid = string & { readonly __brand: 'CardUid' };

/** What a reader reads off a card. Never stored, logged or released in clear. */
export type CardNumber =
  | { readonly kind: 'jpki'; readonly value: SerialNumber }
  | { readonly kind: 'felica'; readonly value: Idm }
  | { readonly kind: 'uid'; readonly value: CardUid };

/** `retired`: replaced by a newer card of the same person, or deleted with its holder. */
export type CardState = 'active' | 'suspended' | 'revoked' | 'retired';

/** Which list of revocations speaks about a card: a CA key and a distribution point (a DN, as text). */
export interface RevocationScope {
  readonly issuerKeyId: IssuerKeyId;
  readonly distributionPoint: string;
}

/** All that one decision and one answer need to know of a card: what the card index holds under its card key. */
export interface CardFacts {
  readonly cardId: CardId;
  readonly kind: CardKind;
  readonly state: CardState;
  /** From the certificate for `jpki`, by policy for others. */
  readonly notBefore: Instant;
  /** The last second in which the card is valid. */
  readonly notAfter: Instant;
  /** Present for `jpki`; evidence that shows an issuer must show this one. */
  readonly issuerKeyId?: IssuerKeyId;
  /** When the holder proved the card with PIN and signature; without it a `jpki` card is not accepted PIN-less. */
  readonly provedBySignatureAt?: Instant;
  readonly revocationScope?: RevocationScope;
  /** When OCSP last said "good" for this very certificate. */
  readonly ocspGoodAt?: Instant;
  /** From then on it is retired: its holder registered a newer card, and the overlap is over. */
  readonly retiresAt?: Instant;
  readonly person: ReleasedPerson & { readonly personId: PersonId; readonly state: PersonState };
  readonly organizationId: OrganizationId;
  /** The organisation is a notified verifier: PIN-less use of My Number Cards is allowed to it. */
  readonly declaredVerifier: boolean;
}

const octetCounts: { readonly [kind in 'felica' | 'uid']: readonly number[] } = {
  felica: [8],
  uid: [4, 7, 10],
};

/**
 * Reads a card number of a known kind. The kind is never guessed from the length: a four-byte UID could be a serial.
 * @param text hex; separators (space, `:`, `-`) and either case are accepted.
 * @throws {InvalidInput} `ERR_CARD_NUMBER` (or `ERR_SERIAL_NUMBER`) when it is not a number of that kind.
 */
export function parseCardNumber(kind: CardKind, text: string): CardNumber {
  if (kind === 'jpki') return { kind, value: parseSerialNumber(text) };
  const digits = text.length > 128 ? '' : text.replace(/[\s:-]/g, '').toLowerCase();
  if (!/^[0-9a-f]+$/.test(digits) || !octetCounts[kind].includes(digits.length / 2)) {
    throw new InvalidInput(
      'ERR_CARD_NUMBER',
      kind === 'felica' ? 'A FeliCa IDm is 8 octets in hex.' : 'A card UID is 4, 7 or 10 octets in hex.',
    );
  }
  return kind === 'felica' ? { kind, value: digits as Idm } : { kind, value: digits as CardUid };
}

/**
 * Stands in for what was spelled as no number at all: nobody's can ever be it, and looking it up is the same work as for
 * any other.
 */
export function nobodysNumber(kind: CardKind): CardNumber {
  return { kind, value: 'z'.repeat(kind === 'felica' ? 16 : 8) } as CardNumber;
}

/** Whether a word names a kind of card. */
export function isCardKind(word: string): word is CardKind {
  return word === 'jpki' || word === 'felica' || word === 'uid';
}
