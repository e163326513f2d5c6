import type { CardId, CardKey } from '../domain/card.ts';
import type { IssuerKeyId } from '../domain/certificate-id.ts';
import type { Instant } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import type { RegistrationId } from '../domain/registration.ts';
import type { RevocationReason } from '../domain/revocation.ts';

/** What an issuer's list says of certificates, under card keys; more than one card may have such a key. */
export interface IssuerRevocations {
  readonly issuerKeyId: IssuerKeyId;
  /** Absent: the list speaks for every distribution point of its issuer key. */
  readonly distributionPoint?: string;
  readonly named: readonly {
    readonly cardKey: CardKey;
    readonly reason: RevocationReason;
    /** As the issuer dates it. */
    readonly revokedAt: Instant;
  }[];
}

/** Those that were not revoked before. */
export interface RevokedByIssuer {
  readonly cards: readonly {
    readonly cardId: CardId;
    readonly personId: PersonId;
    readonly reason: RevocationReason;
  }[];
  readonly registrations: readonly {
    readonly registrationId: RegistrationId;
    readonly reason: RevocationReason;
  }[];
}
