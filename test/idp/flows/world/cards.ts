import { type KeyObject, sign } from 'node:crypto';
import type { CryptoKey } from 'jose';
import type {
  CertificateOrder,
  CertificationAuthority,
} from '../../../../idp/demo/authority/certification-authority.ts';
import type { SerialNumber } from '../../../../idp/domain/certificate-id.ts';
import { type ProofClaims, proofMessage } from '../../../../idp/domain/proof-message.ts';
import type { InvitedRegistration, RegistrationId } from '../../../../idp/domain/registration.ts';
import {
  type BeginRegistrationOutcome,
  beginRegistration,
} from '../../../../idp/flows/begin-registration.ts';
import {
  type ProveRegistrationOutcome,
  proveRegistration,
} from '../../../../idp/flows/prove-registration.ts';
import { receiveRegistrationRequest, signRegistrationRequest } from '../../../../idp/wire/registration.ts';
import { receiveTap, type WireEvidence } from '../../../../idp/wire/tap-jwt.ts';
import { type TapChanges, type TestReader, tapToken } from './people-and-places.ts';
import { issuer, type World } from './world.ts';

/** A My Number Card: what can be read off it, and the key that never leaves it. */
export interface Card {
  readonly certificate: Uint8Array;
  readonly serialNumber: SerialNumber;
  readonly privateKey: KeyObject;
}

/** Issues a card; every card of a test shares one key pair, because making them is slow and certificates tell them apart. */
export function issueCard(
  { pki }: World,
  order: Partial<CertificateOrder> & { readonly authority?: CertificationAuthority } = {},
): Card {
  const { authority = pki.newer, ...rest } = order;
  const yearMs = 365 * 24 * 3_600_000;
  const { certificate, serialNumber } = authority.issueUserCertificate({
    publicKey: pki.holder.publicKey,
    notBefore: pki.now - yearMs / 2,
    ...rest,
  });
  return { certificate, serialNumber: serialNumber as SerialNumber, privateKey: pki.holder.privateKey };
}

/** The whole certificate, as anybody can read it without the PIN. */
export function evidenceOf({ certificate }: Card): WireEvidence {
  return { type: 'certificate', certificate: base64(certificate) };
}

/** What the card signs with its PIN. */
export function signed(card: Card, claims: ProofClaims): WireEvidence {
  const signature = sign('sha256', proofMessage(claims), card.privateKey);
  return { type: 'signature', certificate: base64(card.certificate), signature: base64(signature) };
}

/** The signature that answers a prompt at this moment. */
export function signedFor(
  world: World,
  reader: TestReader,
  card: Card,
  changes: Partial<ProofClaims> & { readonly nonce: string },
): WireEvidence {
  const issuedAtSeconds = Math.floor(world.clock.now() / 1_000);
  return signed(card, { purpose: 'login', issuer, readerId: reader.readerId, issuedAtSeconds, ...changes });
}

export type Offer = InvitedRegistration;

/** Takes an invitation to a reader. @throws when it is refused */
export async function begin(world: World, reader: TestReader, inviteCode: string): Promise<Offer> {
  const outcome = await tryBegin(world, reader, inviteCode);
  if (outcome.outcome !== 'begun') throw new Error(`not begun: ${outcome.reason}`);
  return outcome.registration;
}

export async function tryBegin(
  world: World,
  reader: TestReader,
  inviteCode: string,
  changes: { readonly iat?: number; readonly iss?: string; readonly key?: CryptoKey } = {},
): Promise<BeginRegistrationOutcome> {
  const { key = reader.key, ...claims } = changes;
  const token = await signRegistrationRequest(
    {
      iss: reader.readerId,
      aud: issuer,
      iat: Math.floor(world.clock.now() / 1_000),
      jti: crypto.randomUUID(),
      inviteCode,
      ...claims,
    },
    key,
  );
  return beginRegistration(world.context, receiveRegistrationRequest(token));
}

/** The registration as the record has it now. @throws when a device asked for it, or there is none */
export async function registrationOf({ context }: World, id: RegistrationId): Promise<InvitedRegistration> {
  const registration = await context.record.registrations.find(id);
  if (registration?.origin !== 'invitation') throw new Error('no registration by invitation');
  return registration;
}

/** What the card signs to be registered. */
export function registrationEvidence(
  world: World,
  reader: TestReader,
  offer: Offer,
  card: Card,
  changes: Partial<ProofClaims> = {},
): WireEvidence {
  const { registrationId, personId, consentSha256, nonce } = offer;
  return signed(card, {
    purpose: 'registration',
    issuer,
    readerId: reader.readerId,
    nonce,
    issuedAtSeconds: Math.floor(world.clock.now() / 1_000),
    registration: { registrationId, personId, consentSha256 },
    ...changes,
  });
}

/** Holds a card, with its PIN, against an offer. */
export async function prove(
  world: World,
  reader: TestReader,
  offer: Offer,
  card: Card,
  changes: TapChanges = {},
): Promise<ProveRegistrationOutcome> {
  const evidence = registrationEvidence(world, reader, offer, card);
  const token = await tapToken(world, reader, card, { evidence, nonce: offer.nonce, ...changes });
  return proveRegistration(world.context, {
    registrationId: offer.registrationId,
    sealed: receiveTap(token),
  });
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}
