import { type Consent, consentText, currentConsent } from '../domain/consent.ts';
import type { Instant } from '../domain/instant.ts';
import type { Person } from '../domain/person.ts';
import {
  actor,
  type Invitation,
  type InvitedRegistration,
  type RegistrationId,
  registrationProofSeconds,
} from '../domain/registration.ts';
import { after, type FlowContext } from './context.ts';
import { type MessageRefusal, receiveSigned, type Sealed } from './receive-signed.ts';

/** A bridge's request to register a card on an invitation. */
export interface ClaimedRegistrationRequest {
  readonly iat: number;
  readonly inviteCode: string;
}

export type InvitationRefusal =
  | 'invitation-unknown'
  | 'invitation-used'
  | 'invitation-expired'
  | 'person-not-active';

export type BeginRegistrationOutcome =
  | {
      readonly outcome: 'begun';
      readonly registration: InvitedRegistration;
      readonly person: Person;
      readonly consent: Consent;
      readonly expiresAt: Instant;
    }
  | { readonly outcome: 'refused'; readonly reason: MessageRefusal | InvitationRefusal };

type Context = Pick<FlowContext, 'record' | 'clock' | 'issuer' | 'secrets' | 'audit'>;

/** Takes an invitation at a reader and says what the card must sign: registration, person and consent, with our nonce. */
export async function beginRegistration(
  context: Context,
  sealed: Sealed<ClaimedRegistrationRequest>,
): Promise<BeginRegistrationOutcome> {
  const received = await receiveSigned(context, sealed);
  if (received.outcome === 'refused') return received;
  const { record, clock, secrets } = context;
  const now = clock.now();
  const invitation = await record.invitations.find(secrets.hash(received.claims.inviteCode));
  const person = invitation && (await record.people.find(invitation.personId));
  const problem = invitationProblem(invitation, person, now);
  if (problem !== undefined || invitation === undefined || person === undefined) {
    const reason = problem ?? 'invitation-unknown';
    const by = actor('reader', received.reader.readerId);
    await context.audit.append({ at: now, type: 'registration.refused', actor: by, reason });
    return { outcome: 'refused', reason };
  }
  const registration: InvitedRegistration = {
    origin: 'invitation',
    registrationId: secrets.id() as RegistrationId,
    personId: person.personId,
    organizationId: person.organizationId,
    readerId: received.reader.readerId,
    inviter: invitation.inviter,
    invitationHash: invitation.codeHash,
    state: 'begun',
    nonce: secrets.random(256),
    begunAt: now,
    consentSha256: secrets.hash(consentText(currentConsent)),
    consentVersion: currentConsent.version,
  };
  await record.change(async (tables) => {
    const { consentSha256 } = registration;
    await tables.consents.keep({ ...currentConsent, sha256: consentSha256, firstUsedAt: now });
    await tables.registrations.add(registration);
    await tables.audit.append({
      at: now,
      type: 'registration.begun',
      actor: actor('reader', received.reader.readerId),
      subject: registration.registrationId,
      details: { person: person.personId, consentVersion: currentConsent.version },
    });
  });
  const expiresAt = after(now, registrationProofSeconds);
  return { outcome: 'begun', registration, person, consent: currentConsent, expiresAt };
}

function invitationProblem(
  invitation: Invitation | undefined,
  person: Person | undefined,
  now: Instant,
): InvitationRefusal | undefined {
  if (invitation === undefined) return 'invitation-unknown';
  if (invitation.usedAt !== undefined) return 'invitation-used';
  if (now >= invitation.expiresAt) return 'invitation-expired';
  return person?.state === 'active' ? undefined : 'person-not-active';
}
