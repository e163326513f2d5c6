import type { CardId, CardKey, CardKind, CardNumber, RevocationScope } from './card.ts';
import type { IssuerKeyId } from './certificate-id.ts';
import type { Instant } from './instant.ts';
import type { ClientId } from './login-policy.ts';
import type { OrganizationId, PersonId } from './person.ts';
import type { ReaderId } from './reader.ts';

export type RegistrationId = string & { readonly __brand: 'RegistrationId' };

/** `begun`: invitation taken, signature awaited. `pending`: proved, an approver's word awaited. */
export type RegistrationState = 'begun' | 'pending' | 'approved' | 'rejected';

/** Who acts, for the audit trail: `os:0`, `person:…`, `reader:…`, `client:…`, `setup-link`, `schedule`, `kazasu`. */
export type Actor = string & { readonly __brand: 'Actor' };

/** `os:0`, `person:…`: the kind of actor and its id. */
export function actor(kind: 'os' | 'person' | 'reader' | 'client', id: string | number): Actor {
  return `${kind}:${id}` as Actor;
}

/** The link of the first start, before any administrator exists. */
export const setupLink = 'setup-link' as Actor;

/** What follows from somebody's act without anybody's further doing: sessions that end, clients that are told. */
export const ourselves = 'kazasu' as Actor;

/** Work that nobody asked for at this moment: the daily lists. */
export const schedule = 'schedule' as Actor;

/** A one-time right to register a card for one person, handed over out of band; kept as a hash only. */
export interface Invitation {
  readonly codeHash: string;
  readonly personId: PersonId;
  readonly inviter: Actor;
  readonly expiresAt: Instant;
  readonly usedAt?: Instant;
}

/** What a verified certificate and signature said of the card that asks to be registered. */
export interface ProvedCard {
  readonly cardKey: CardKey;
  /** The number under the number key; opened only by revocation work and re-keying. */
  readonly sealedNumber: string;
  readonly kind: CardKind;
  readonly issuerKeyId: IssuerKeyId;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly revocationScope?: RevocationScope;
  readonly provedAt: Instant;
  readonly ocspGoodAt: Instant;
  /** The name of the card profile that the certificate fits. */
  readonly profile: string;
  readonly ocspEvidence?: SealedEvidence;
  /** The certificate, sealed like the number: approval asks OCSP again and needs it. */
  readonly sealedCertificate: string;
}

/** A signed answer of an OCSP responder, kept to be shown later. */
export interface SealedEvidence {
  readonly responder: string;
  readonly producedAt: Instant;
  /** Of the response, in hex: the same stands in the audit trail. */
  readonly sha256: string;
  /** The OCSPResponse under the number key, bound to the card key: it names the certificate's serial number. */
  readonly sealed: string;
}

/** A request to bind a card to a person; from where it came says what stands behind it. */
export type Registration = InvitedRegistration | RequestedRegistration;

interface AnyRegistration {
  readonly registrationId: RegistrationId;
  readonly personId: PersonId;
  readonly organizationId: OrganizationId;
  readonly state: RegistrationState;
  readonly begunAt: Instant;
  readonly decidedBy?: Actor;
  readonly decidedAt?: Instant;
  readonly cardId?: CardId;
}

/** Begun with an invitation at a reader of ours; the card signs, and the holder agrees to the wording. */
export interface InvitedRegistration extends AnyRegistration {
  readonly origin: 'invitation';
  readonly readerId: ReaderId;
  readonly inviter: Actor;
  /** The invitation it was begun with; used up when the proof is accepted, so that a mistyped PIN costs no new one. */
  readonly invitationHash: string;
  /** What the card is asked to sign; once. */
  readonly nonce: string;
  readonly consentSha256: string;
  readonly consentVersion: string;
  readonly proof?: ProvedCard;
  /** Set when a list, or OCSP at an approval, named the certificate while the registration waited. */
  readonly revokedAt?: Instant;
  /** What OCSP said at the approval. */
  readonly approvalEvidence?: SealedEvidence;
}

/**
 * A device wrote a card number into the entry of the person who was bound there. Nothing is proved by it, neither that
 * the card is theirs nor that they agreed to anything: the approver, face to face with them, says both.
 */
export interface RequestedRegistration extends AnyRegistration {
  readonly origin: 'device';
  readonly clientId: ClientId;
  /** How the person was bound on the connection that asked. */
  readonly boundBy: 'card-bind' | 'person-bind';
  readonly requested: RequestedCard;
  /** The approver saw the person with the card, who agreed that it is kept. */
  readonly faceToFace?: true;
}

/** A number alone. A My Number Card is never taken so: it is registered with its signature. */
export interface RequestedCard {
  readonly cardKey: CardKey;
  readonly sealedNumber: string;
  readonly kind: RequestableNumber['kind'];
}

/** A number that may be asked for without a signature. */
export type RequestableNumber = Exclude<CardNumber, { readonly kind: 'jpki' }>;

/** Why a device's request for a card is not taken. A closed set. */
export type RequestRefusal =
  | 'device-disabled'
  | 'confidentiality-required'
  | 'write-back-not-allowed'
  | 'signature-required'
  | 'person-not-admitted'
  | 'card-already-registered'
  | 'quota-of-person'
  | 'quota-of-device';

/** How long an invitation, a begun registration and the OCSP answer behind an approval are good (design: registration). */
export const invitationHours = 72;
export const registrationProofSeconds = 300;
export const approvalEvidenceHours = 24;
/** A card that no certificate gives an end, by policy: as long as a certificate lasts at most. */
export const requestedCardYears = 5;
