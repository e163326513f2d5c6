import type { CardNumber } from '../domain/card.ts';
import { parseCardNumber } from '../domain/card.ts';
import { parseIssuerKeyId } from '../domain/certificate-id.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { Evidence } from '../domain/tap.ts';
import type { CertificateRefusal, VerifiedCertificate } from '../ports/jpki.ts';
import type { FlowContext } from './context.ts';

/** What a bridge claims to have read: the shape that the wire carries, before anything is believed. */
export type ClaimedEvidence =
  | {
      readonly type: 'identifier';
      readonly kind: CardNumber['kind'];
      readonly number: string;
      readonly issuerKeyId?: string;
    }
  | { readonly type: 'certificate'; readonly certificate: string }
  | { readonly type: 'signature'; readonly certificate: string; readonly signature: string };

export type EvidenceVerdict =
  | {
      readonly outcome: 'verified';
      readonly evidence: Evidence;
      readonly number: CardNumber;
      readonly certificate?: VerifiedCertificate;
    }
  | {
      readonly outcome: 'refused';
      readonly reason: EvidenceRefusal;
      readonly certificateReason?: CertificateRefusal;
    };

export type EvidenceRefusal = 'number-malformed' | 'certificate-refused' | 'signature-invalid';

/**
 * Checks what a bridge claims to have read, and takes no word for it that can be checked.
 * @param signedMessage the bytes the card must have signed, built by us from our own nonce.
 */
export function readEvidence(
  { certificates, clock }: Pick<FlowContext, 'certificates' | 'clock'>,
  claimed: ClaimedEvidence,
  signedMessage: Uint8Array,
): EvidenceVerdict {
  if (claimed.type === 'identifier') return readIdentifier(claimed);
  const verdict = certificates.verify(Buffer.from(claimed.certificate, 'base64'), clock.now());
  if (verdict.outcome === 'refused') {
    return { outcome: 'refused', reason: 'certificate-refused', certificateReason: verdict.reason };
  }
  const { certificate } = verdict;
  if (
    claimed.type === 'signature' &&
    !certificate.verifies(signedMessage, Buffer.from(claimed.signature, 'base64'))
  ) {
    return { outcome: 'refused', reason: 'signature-invalid' };
  }
  return {
    outcome: 'verified',
    evidence: { type: claimed.type, kind: 'jpki', issuerKeyId: certificate.issuerKeyId },
    number: { kind: 'jpki', value: certificate.serialNumber },
    certificate,
  };
}

function readIdentifier(claimed: ClaimedEvidence & { type: 'identifier' }): EvidenceVerdict {
  try {
    const issuer = claimed.issuerKeyId;
    return {
      outcome: 'verified',
      evidence: {
        type: 'identifier',
        kind: claimed.kind,
        ...(issuer === undefined ? {} : { issuerKeyId: parseIssuerKeyId(issuer) }),
      },
      number: parseCardNumber(claimed.kind, claimed.number),
    };
  } catch (error) {
    if (error instanceof InvalidInput) return { outcome: 'refused', reason: 'number-malformed' };
    throw error;
  }
}
