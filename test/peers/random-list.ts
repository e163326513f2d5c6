import { type Extension, encodeExtensions } from '../../idp/demo/authority/certificate-template.ts';
import {
  type CrlReason,
  crlReasons,
  jpkiCrlExtensions,
  signCrl,
} from '../../idp/demo/authority/crl-issuer.ts';
import {
  enumerated,
  generalizedTime,
  integer,
  octetString,
  sequence,
  time,
} from '../../idp/demo/authority/der-writer.ts';
import { encodeName, municipalityCrlName } from '../../idp/demo/authority/names.ts';
import type { SerialNumber } from '../../idp/domain/certificate-id.ts';
import type { Random } from '../support/random.ts';
import type { TestPki } from '../support/test-pki.ts';

export const reasonNames = Object.keys(crlReasons) as [CrlReason, ...CrlReason[]];

export interface RandomList {
  /** For the message of a failure. */
  readonly name: string;
  readonly der: Uint8Array;
  readonly serialNumbers: ReadonlySet<SerialNumber>;
}

/** A list in the profile, of either generation, whose entries say all that an entry may say. */
export function randomList(random: Random, pki: TestPki, index: number): RandomList {
  const entries = new Map<SerialNumber, Uint8Array>();
  for (let count = randomSize(random); count > 0; count--) {
    const serialNumber = randomSerialNumber(random);
    entries.set(serialNumber, randomEntry(random, serialNumber, pki.now));
  }
  const { name, keyId, keyPair } = random.pick([pki.older, pki.newer]);
  const point = encodeName(municipalityCrlName('JPKI-TEST', 'Demo-ken', `Demo-shi ${random.below(1900)}`));
  const der = signCrl(
    {
      issuer: encodeName(name),
      thisUpdate: pki.now - (1 + random.below(10_000)) * 1000,
      nextUpdate: pki.now + (1 + random.below(100_000)) * 1000,
      revokedCertificates: Buffer.concat([...entries.values()]),
      crlExtensions: jpkiCrlExtensions(keyId, BigInt(`0x7${randomSerialNumber(random)}`) >> 4n, point),
    },
    keyPair.privateKey,
  );
  return { name: `list ${index}`, der, serialNumbers: new Set(entries.keys()) };
}

/** Mostly short; now and then none, one, or so many that lengths take another octet. */
const randomSize = (random: Random): number => random.below(random.pick([1, 2, 4, 20, 20, 20, 60, 60, 300]));

/** 1 to 20 octets, the highest bit set or not: then an octet is put before them. */
export function randomSerialNumber(random: Random): SerialNumber {
  const octets = Buffer.from(random.octets(1 + random.below(20)));
  // 20 octets with the highest bit would need a 21st; a leading zero is none of a serial number's.
  octets[0] = Math.max(octets.length === 20 ? (octets[0] ?? 0) & 0x7f : (octets[0] ?? 0), 1);
  return octets.toString('hex') as SerialNumber;
}

/** UTCTime is for years up to 2049; a reader takes GeneralizedTime for any. */
const randomTime = (random: Random, now: number): Uint8Array => {
  const tenYearsInSeconds = 10 * 365 * 24 * 3600;
  const instant = random.pick([
    now - random.below(tenYearsInSeconds) * 1000,
    now - random.below(3600) * 1000,
    Date.UTC(1950 + random.below(70), random.below(12), 28, 23, 59, 59),
    Date.UTC(2050 + random.below(900), random.below(12), 1),
  ]);
  return random.below(3) === 0 ? generalizedTime(instant) : time(instant);
};

function randomEntry(random: Random, serialNumber: SerialNumber, now: number): Uint8Array {
  const extensions: Extension[] = [];
  if (random.below(4) > 0) {
    const code = crlReasons[random.pick(reasonNames)];
    extensions.push({ oid: '2.5.29.21', critical: random.below(8) === 0, value: enumerated(code) });
  }
  if (random.below(4) === 0) {
    const invalidSince = generalizedTime(now - random.below(1_000_000) * 1000);
    extensions.push({ oid: '2.5.29.24', critical: false, value: invalidSince });
  }
  if (random.below(8) === 0) {
    const value = octetString(random.octets(random.below(150)));
    extensions.push({ oid: `1.2.392.${random.below(100_000)}`, critical: false, value });
  }
  if (random.below(2) === 0) extensions.reverse();
  return sequence(
    integer(serialNumber),
    randomTime(random, now),
    ...(extensions.length === 0 ? [] : [encodeExtensions(extensions)]),
  );
}
