import type { KeyObject } from 'node:crypto';
import type { CardKey, CardKind } from '../../domain/card.ts';
import { Fault } from '../../domain/fault.ts';
import type { CardNumbers } from '../../ports/card-numbers.ts';
import { openBox, sealBox } from '../sealed-box.ts';
import { hmacSha256 } from './hmac.ts';

/** Rises when the card-key secret is exchanged, so that old and new keys of one card never meet by accident. */
const keyVersion = '1';
const cardKeyOctets = 16;
const sealedPurpose = 'kazasu-card-number-1';

/** What stands before a number of each kind is always the same. */
const prefixes: { readonly [kind in CardKind]: Buffer } = {
  jpki: lengthPrefixed('kazasu-card-key', keyVersion, 'jpki'),
  felica: lengthPrefixed('kazasu-card-key', keyVersion, 'felica'),
  uid: lengthPrefixed('kazasu-card-key', keyVersion, 'uid'),
};

/** Card keys under one secret, sealed numbers under another. */
export function createCardNumbers(keys: {
  readonly cardKeySecret: KeyObject;
  readonly numberKey: KeyObject;
}): CardNumbers {
  const hmac = hmacSha256(keys.cardKeySecret);
  return {
    keyOf({ kind, value }) {
      return hmac(keyMessage(kind, value)).slice(0, cardKeyOctets * 2) as CardKey;
    },
    seal(plain, boundTo) {
      return sealBox(keys.numberKey, plain, lengthPrefixed(sealedPurpose, boundTo)).toString('base64url');
    },
    open(sealed, boundTo) {
      const box = Buffer.from(sealed, 'base64url');
      const plain = openBox(keys.numberKey, box, lengthPrefixed(sealedPurpose, boundTo));
      if (plain !== undefined) return plain;
      throw new Fault(
        'ERR_KEYS_UNAVAILABLE',
        'A sealed card number does not open: the number key is not the one it was sealed with, or the record was changed.',
      );
    },
  };
}

function keyMessage(kind: CardKind, value: string): Buffer {
  const prefix = prefixes[kind];
  // A parser made the value: it is hex, an octet a letter.
  const message = Buffer.allocUnsafe(prefix.length + 2 + value.length);
  message.set(prefix);
  message.writeUInt16BE(value.length, prefix.length);
  message.write(value, prefix.length + 2, 'latin1');
  return message;
}

/** Each field behind its length in octets (two, big-endian): no two lists of fields share an encoding. */
function lengthPrefixed(...fields: readonly string[]): Buffer {
  const lengths = fields.map((field) => Buffer.byteLength(field));
  const octets = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 2 + length, 0));
  let at = 0;
  for (const [index, field] of fields.entries()) {
    at = octets.writeUInt16BE(lengths[index] ?? 0, at);
    at += octets.write(field, at);
  }
  return octets;
}
