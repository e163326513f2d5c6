import type { RevocationReason, RevokedEntry } from '../../domain/revocation.ts';
import type { SerialNumberTable } from '../../domain/serial-number-table.ts';
import type { CrlRefusal } from '../../ports/jpki.ts';
import { contentsOf, notDer, readHeader, tag } from '../der-reader.ts';
import { smallIntegerOf, timeOf } from '../der-values.ts';
import { extensionOid, readExtensions } from '../extensions.ts';

const reasons: readonly (RevocationReason | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];

/** Serial number, date, and a few extensions; JPKI's have 38 octets. */
export const longestEntry = 1024;
const longestSerialNumber = 20;

/** crlEntryExtensions with a reasonCode and nothing else, up to the reason itself: nearly every entry has it. */
const onlyReasonCode = Buffer.from('300c300a0603551d1504030a01', 'hex');

/**
 * Walks over revokedCertificates without making anything for the entries that are not of interest.
 * @see RFC 5280 §5.1.2.6
 */
export class CrlEntries {
  readonly hits: RevokedEntry[] = [];
  readonly #interest: SerialNumberTable;
  #count = 0;
  #refusal: CrlRefusal | undefined;

  constructor(interest: SerialNumberTable) {
    this.#interest = interest;
  }

  get count(): number {
    return this.#count;
  }

  /** Why the list cannot be used although its form is right. */
  get refusal(): CrlRefusal | undefined {
    return this.#refusal;
  }

  /**
   * Reads whole entries of `bytes` from `start`; the last one may be cut off there.
   * @param end where the entries or the bytes end
   * @returns where the first entry starts that was not read
   * @throws {InvalidInput} `ERR_DER`
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    let position = start;
    // Two octets of header are enough while lengths have the short form, as nearly all do.
    while (position + 2 <= end) {
      if (bytes[position] !== tag.sequence) throw notDer('entry');
      const length = bytes[position + 1] ?? 0;
      if (length >= 0x80) {
        const next = this.#readLong(bytes, position, end);
        if (next === position) break;
        position = next;
        continue;
      }
      const next = position + 2 + length;
      if (next > end) break;
      this.#readContents(bytes, position + 2, next);
      position = next;
    }
    return position;
  }

  #readLong(bytes: Uint8Array, position: number, end: number): number {
    if (end - position < 6) return position;
    const { contentStart, end: next } = readHeader(bytes, position, position + longestEntry);
    if (next > end) return position;
    this.#readContents(bytes, contentStart, next);
    return next;
  }

  #readContents(bytes: Uint8Array, start: number, end: number): void {
    const serialStart = start + 2;
    const dateStart = serialStart + (bytes[start + 1] ?? 0);
    const extensionsStart = dateStart + 2 + (bytes[dateStart + 1] ?? 0);
    if (bytes[start] !== tag.integer || extensionsStart > end || !isTime(bytes, dateStart))
      throw notDer('entry');
    this.#count++;
    const serialNumber = this.#find(bytes, serialStart, dateStart);
    const reason = extensionsStart === end ? 'unspecified' : this.#reason(bytes, extensionsStart, end);
    if (serialNumber === undefined) return;
    const revocationDate = timeOf(readHeader(bytes, dateStart, end));
    this.hits.push({ serialNumber, revocationDate, reason });
  }

  #find(bytes: Uint8Array, start: number, end: number) {
    const first = bytes[start] ?? 0;
    const length = end - start;
    if (length < 1 || length > longestSerialNumber) throw notDer('serial number');
    // Negative numbers belong to no certificate that is accepted here.
    if (first >= 0x80) return undefined;
    if (first !== 0 || length === 1) return this.#interest.find(bytes, start, end);
    if ((bytes[start + 1] ?? 0) < 0x80) throw notDer('serial number not in the shortest form');
    return this.#interest.find(bytes, start + 1, end);
  }

  #reason(bytes: Uint8Array, start: number, end: number): RevocationReason {
    if (end - start !== onlyReasonCode.length + 1) return this.#readExtensions(bytes, start, end);
    for (let index = 0; index < onlyReasonCode.length; index++) {
      if (bytes[start + index] !== onlyReasonCode[index]) return this.#readExtensions(bytes, start, end);
    }
    return reasonOf(bytes[end - 1] ?? -1);
  }

  /** @see RFC 5280 §5.3 */
  #readExtensions(bytes: Uint8Array, start: number, end: number): RevocationReason {
    const element = readHeader(bytes, start, end);
    if (element.tag !== tag.sequence || element.end !== end) throw notDer('crlEntryExtensions');
    const extensions = readExtensions(element);
    for (const [oid, { critical }] of extensions) {
      if (oid === extensionOid.certificateIssuer) this.#refusal ??= 'indirect-list';
      const known = oid === extensionOid.reasonCode || oid === extensionOid.invalidityDate;
      if (critical && !known) this.#refusal ??= 'unknown-critical-extension';
    }
    const reason = extensions.get(extensionOid.reasonCode)?.value;
    if (reason === undefined) return 'unspecified';
    if (reason.tag !== tag.enumerated || contentsOf(reason).length !== 1) throw notDer('reasonCode');
    return reasonOf(smallIntegerOf(reason));
  }
}

/** Form and length of UTCTime or GeneralizedTime; the digits are read where the entry is of interest. */
const isTime = (bytes: Uint8Array, start: number): boolean =>
  (bytes[start] === tag.utcTime && bytes[start + 1] === 13) ||
  (bytes[start] === tag.generalizedTime && bytes[start + 1] === 15);

function reasonOf(code: number): RevocationReason {
  const reason = reasons[code];
  if (reason === undefined) throw notDer('reasonCode');
  return reason;
}
