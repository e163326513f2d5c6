import type { BaseBlock, Enumerated, GeneralizedTime } from 'asn1js';
import type { Extension, SingleResponse } from 'pkijs';
import type { Instant } from '../../idp/domain/instant.ts';
import type { RevocationReason } from '../../idp/domain/revocation.ts';
import type { OcspStatus } from '../../idp/ports/jpki.ts';
import type { OcspCertId } from './ocsp-request.ts';

/** Why what a believed responder says is no answer to this question, or none of now. */
export type StatementRefusal =
  | 'malformed'
  | 'other-certificate'
  | 'contradictory'
  | 'unknown-critical-extension'
  | 'not-yet-valid'
  | 'stale';

export type Statement =
  | { readonly outcome: 'said'; readonly status: OcspStatus }
  | { readonly outcome: 'refused'; readonly reason: StatementRefusal };

export const clockSkewSeconds = 300;
/** JPKI refreshes its data every 15 minutes; without a nonce an older answer may be a replay. */
const freshWithoutNonceSeconds = 900;
/** Even new data must not be old: what is registered or let in on it could have been revoked for days. */
const freshSeconds = 24 * 3600;

/** CRLReason by its number. `removeFromCRL` is none that OCSP could give: who is removed is not revoked. */
const reasons: { readonly [code: number]: RevocationReason } = {
  0: 'unspecified',
  1: 'keyCompromise',
  2: 'cACompromise',
  3: 'affiliationChanged',
  4: 'superseded',
  5: 'cessationOfOperation',
  6: 'certificateHold',
  9: 'privilegeWithdrawn',
  10: 'aACompromise',
};

const refused = (reason: StatementRefusal): Statement => ({ outcome: 'refused', reason });

/**
 * What an answer says of one certificate. Who says it twice must say the same twice.
 * @see RFC 6960 §4.2.2.3
 */
export function statementAbout(
  certId: OcspCertId,
  responses: readonly SingleResponse[],
  boreNonce: boolean,
  now: Instant,
): Statement {
  const singles = responses.filter((one) => speaksOf(one, certId));
  const statuses: OcspStatus[] = [];
  for (const single of singles) {
    if (hasUnknownCritical(single.singleExtensions)) return refused('unknown-critical-extension');
    const reason = windowRefusal(single, boreNonce, now);
    if (reason !== undefined) return refused(reason);
    const status = statusOf(single);
    if (status === undefined) return refused('malformed');
    statuses.push(status);
  }
  const [status] = statuses;
  if (status === undefined) return refused('other-certificate');
  const agreed = statuses.every((other) => isSameStatus(status, other));
  return agreed ? { outcome: 'said', status } : refused('contradictory');
}

/** None of the extensions of an answer but the nonce would change what it means to us; one that must be understood might. */
export const hasUnknownCritical = (extensions: readonly Extension[] = []): boolean =>
  extensions.some(({ critical }) => critical);

function speaksOf({ certID }: SingleResponse, wanted: OcspCertId): boolean {
  const pairs: readonly (readonly [Uint8Array, Uint8Array])[] = [
    [certID.issuerNameHash.valueBlock.valueHexView, wanted.issuerNameHash],
    [certID.issuerKeyHash.valueBlock.valueHexView, wanted.issuerKeyHash],
    [certID.serialNumber.valueBlock.valueHexView, wanted.serialNumber],
  ];
  return (
    certID.hashAlgorithm.algorithmId === wanted.digestOid &&
    pairs.every(([one, other]) => Buffer.compare(one, other) === 0)
  );
}

/** @see RFC 6960 §4.2.2.1 */
function windowRefusal(
  { thisUpdate, nextUpdate }: SingleResponse,
  boreNonce: boolean,
  now: Instant,
): StatementRefusal | undefined {
  if (thisUpdate.getTime() > now + clockSkewSeconds * 1000) return 'not-yet-valid';
  if (nextUpdate !== undefined && nextUpdate.getTime() < now) return 'stale';
  // Without nextUpdate newer data is always there: an answer is as good as its age.
  const mustBeYoung = !boreNonce || nextUpdate === undefined;
  const oldestSeconds = mustBeYoung ? freshWithoutNonceSeconds : freshSeconds;
  return thisUpdate.getTime() < now - oldestSeconds * 1000 ? 'stale' : undefined;
}

/** CertStatus is a CHOICE by tag. @see RFC 6960 §4.2.1 */
function statusOf({ certStatus, thisUpdate }: SingleResponse): OcspStatus | undefined {
  const { tagClass, tagNumber } = certStatus.idBlock;
  if (tagClass !== 3) return undefined;
  if (tagNumber === 0) return { status: 'good', thisUpdate: thisUpdate.getTime() };
  if (tagNumber === 2) return { status: 'unknown' };
  return tagNumber === 1 ? revokedOf(certStatus.valueBlock.value) : undefined;
}

/** RevokedInfo. A reason that no standard knows leaves the certificate revoked. @see RFC 5280 §5.3.1 */
function revokedOf([time, explicit]: readonly [GeneralizedTime, (BaseBlock & Tagged)?]): OcspStatus {
  const code = explicit?.valueBlock.value[0]?.valueBlock.valueDec;
  const reason = code === undefined ? undefined : reasons[code];
  const revocationTime = time.toDate().getTime();
  return { status: 'revoked', revocationTime, ...(reason === undefined ? {} : { reason }) };
}

interface Tagged {
  readonly valueBlock: { readonly value: readonly Enumerated[] };
}

const isSameStatus = (one: OcspStatus, other: OcspStatus): boolean =>
  one.status === 'revoked' && other.status === 'revoked'
    ? one.revocationTime === other.revocationTime && one.reason === other.reason
    : one.status === other.status;
