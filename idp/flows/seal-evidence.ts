import type { CardKey } from '../domain/card.ts';
import type { SealedEvidence } from '../domain/registration.ts';
import type { CardNumbers } from '../ports/card-numbers.ts';
import type { OcspEvidence } from '../ports/jpki.ts';

/** An OCSP answer as it is kept: sealed, because it names the certificate's serial number. */
export function sealEvidence(
  numbers: Pick<CardNumbers, 'seal'>,
  { responder, producedAt, sha256, response }: OcspEvidence,
  cardKey: CardKey,
): SealedEvidence {
  return { responder, producedAt, sha256, sealed: numbers.seal(response, cardKey) };
}

/** What the audit trail says of it: who answered, and the hash that the kept answer must have. */
export function evidenceDetails({ responder, sha256 }: SealedEvidence): {
  readonly ocspResponder: string;
  readonly ocspSha256: string;
} {
  return { ocspResponder: responder, ocspSha256: sha256 };
}
