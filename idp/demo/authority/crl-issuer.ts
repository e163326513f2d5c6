import type { KeyObject } from 'node:crypto';
import { authorityKeyIdentifier, type Extension, encodeExtensions } from './certificate-template.ts';
import { boolean, context, contextPrimitive, integer, sequence, time, tlv, tlvHeader } from './der-writer.ts';
import { type SignatureAlgorithm, signatureAlgorithmOf, signed } from './signer.ts';

/** CRLReason by name. @see RFC 5280 §5.3.1 */
export const crlReasons = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

export type CrlReason = keyof typeof crlReasons;

/** One revoked certificate, as the list says it. */
export interface CrlEntry {
  /** Octets in hex. */
  readonly serialNumber: string;
  readonly revocationDate: number;
  readonly reason?: CrlReason;
}

/** All that a list says, each part replaceable so that a test can write exactly one thing wrong. */
export interface CrlTemplate {
  readonly issuer: Uint8Array;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  /** The contents of revokedCertificates; `encodeCrlEntries` writes them. */
  readonly revokedCertificates: Uint8Array;
  readonly crlExtensions: readonly Extension[];
}

export const cRLNumber = (value: number | bigint): Extension => ({
  oid: '2.5.29.20',
  critical: false,
  value: integer(value),
});

/** For which distribution point a list speaks: one directoryName, user certificates only. @see RFC 5280 §5.2.5 */
export const issuingDistributionPoint = (name: Uint8Array): Extension => ({
  oid: '2.5.29.28',
  critical: true,
  value: sequence(context(0, context(0, context(4, name))), contextPrimitive(1, boolean(true).subarray(2))),
});

const reasonCode = (reason: CrlReason): Uint8Array =>
  encodeExtensions([
    { oid: '2.5.29.21', critical: false, value: tlv(0x0a, Buffer.from([crlReasons[reason]])) },
  ]);

/** The longest entry: 20 octets of serial number with sign, a GeneralizedTime, a reason. */
const longestEntry = 2 + 23 + 17 + 14;

/** Writes entries one after the other into one buffer: a list of a million takes about a second. */
export function encodeCrlEntries(entries: readonly CrlEntry[]): Uint8Array {
  const octets = Buffer.allocUnsafe(entries.length * longestEntry);
  const dates = remember(time);
  const reasons = remember(reasonCode);
  let end = 0;
  for (const entry of entries) {
    const serialNumber = integer(entry.serialNumber);
    const date = dates(entry.revocationDate);
    const reason = entry.reason === undefined ? undefined : reasons(entry.reason);
    octets[end++] = 0x30;
    octets[end++] = serialNumber.length + date.length + (reason?.length ?? 0);
    for (const part of [serialNumber, date, reason]) {
      if (part === undefined) continue;
      octets.set(part, end);
      end += part.length;
    }
  }
  return octets.subarray(0, end);
}

/** Lists name the same few days and reasons over and over. */
function remember<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}

/** Signs a list as the template says. An empty list has no revokedCertificates at all. @see RFC 5280 §5.1 */
export function signCrl(
  template: CrlTemplate,
  issuerKey: KeyObject,
  algorithm: SignatureAlgorithm = signatureAlgorithmOf(issuerKey),
): Uint8Array {
  const revoked = template.revokedCertificates;
  const tbsCertList = sequence(
    integer(1),
    algorithm.algorithmIdentifier,
    template.issuer,
    time(template.thisUpdate),
    ...(template.nextUpdate === undefined ? [] : [time(template.nextUpdate)]),
    ...(revoked.length === 0 ? [] : [tlvHeader(0x30, revoked.length), revoked]),
    ...(template.crlExtensions.length === 0 ? [] : [context(0, encodeExtensions(template.crlExtensions))]),
  );
  return signed(tbsCertList, issuerKey, algorithm);
}

/** The extensions of a list in the JPKI profile. */
export const jpkiCrlExtensions = (
  issuerKeyId: Uint8Array,
  crlNumber: number | bigint,
  distributionPoint: Uint8Array | undefined,
): readonly Extension[] => [
  authorityKeyIdentifier(issuerKeyId),
  cRLNumber(crlNumber),
  ...(distributionPoint === undefined ? [] : [issuingDistributionPoint(distributionPoint)]),
];
