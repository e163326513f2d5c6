import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import type { Anchors, PinnedAnchor } from '../ports/anchors.ts';
import { fingerprintsPublishedAt } from './known-authorities.ts';

/**
 * Whether a CA certificate may be trusted at all, whoever compared it.
 * @throws {InvalidInput} `ERR_TEST_ANCHOR`, `ERR_ANCHOR_EXPIRED`, `ERR_ANCHOR_NOT_YET_VALID`, `ERR_ANCHOR_KNOWN`, `ERR_ANCHOR_KEY_ID`.
 */
export function refuseUnusable(anchors: Anchors, anchor: PinnedAnchor, now: Instant): void {
  const { fingerprint, issuerKeyId, isTest } = anchor;
  if (isTest && !anchors.allowsTestAuthorities) {
    throw new InvalidInput(
      'ERR_TEST_ANCHOR',
      'This is an authority of test cards, which anybody can get: it is never trusted in real use. On a trial installation set KAZASU_JPKI_ALLOW_TEST_CA=true.',
    );
  }
  if (now > anchor.notAfter) {
    throw new InvalidInput(
      'ERR_ANCHOR_EXPIRED',
      `The CA certificate has expired: J-LIS publishes the present ones at ${fingerprintsPublishedAt}`,
    );
  }
  if (now < anchor.notBefore) {
    throw new InvalidInput(
      'ERR_ANCHOR_NOT_YET_VALID',
      'The CA certificate is not valid yet. Is the clock of this machine right? Otherwise add it when it begins.',
    );
  }
  const known = anchors.list().find((one) => one.issuerKeyId === issuerKeyId);
  if (known === undefined) return;
  throw known.fingerprint === fingerprint
    ? new InvalidInput('ERR_ANCHOR_KNOWN', 'This CA certificate is trusted already: nothing to do.')
    : new InvalidInput(
        'ERR_ANCHOR_KEY_ID',
        `Another certificate is trusted under the same key id ${issuerKeyId}. A key id names one key: compare both with J-LIS, and remove the wrong one first.`,
      );
}

/** Case, colons and spaces do not count. @throws {InvalidInput} `ERR_FINGERPRINT` */
export function parseFingerprint(text: string, fewestDigits: number): string {
  const digits = text.replace(/[\s:]/g, '').toUpperCase();
  if (/^[0-9A-F]*$/.test(digits) && digits.length >= fewestDigits && digits.length <= 64) return digits;
  throw new InvalidInput(
    'ERR_FINGERPRINT',
    fewestDigits === 64
      ? 'A fingerprint is SHA-256: 64 hex digits, with or without colons.'
      : `Give the SHA-256 fingerprint, or at least its first ${fewestDigits} hex digits: \`kazasu anchors list\` shows them.`,
  );
}

/** The file holds something else than what the operator compared: `ERR_ANCHOR_FINGERPRINT`. */
export const anotherFingerprint = ({ fingerprint }: PinnedAnchor): InvalidInput =>
  new InvalidInput(
    'ERR_ANCHOR_FINGERPRINT',
    `The certificate in this file has another fingerprint: ${fingerprint}. Take the file from J-LIS again and compare; nothing was changed.`,
  );

/** The anchor whose fingerprint begins like that. @throws {InvalidInput} `ERR_ANCHOR_UNKNOWN`, `ERR_ANCHOR_AMBIGUOUS`. */
export function theOneOf(anchors: readonly PinnedAnchor[], prefix: string): PinnedAnchor {
  const [anchor, another] = anchors.filter(({ fingerprint }) => fingerprint.startsWith(prefix));
  if (anchor === undefined) {
    throw new InvalidInput(
      'ERR_ANCHOR_UNKNOWN',
      'No trusted CA certificate has that fingerprint. `kazasu anchors list` shows them.',
    );
  }
  if (another === undefined) return anchor;
  throw new InvalidInput(
    'ERR_ANCHOR_AMBIGUOUS',
    'Several fingerprints begin like that: give more of its digits.',
  );
}
