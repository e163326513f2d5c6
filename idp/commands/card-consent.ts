import type { CardId } from '../domain/card.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { RegistrationId } from '../domain/registration.ts';
import type { FlowContext } from '../flows/context.ts';
import { isoTime } from './table.ts';

/** The words that a holder agreed to, and the hash of them that the card signed. */
export interface ShownConsent {
  readonly registration: RegistrationId;
  readonly agreedAt: string;
  readonly version: string;
  readonly sha256: string;
  readonly ja: string;
  readonly en: string;
}

/** @throws {InvalidInput} `ERR_CARD_UNKNOWN` */
export async function showConsent({ record }: FlowContext, id: string): Promise<ShownConsent> {
  const registration =
    (await record.registrations.findByCard(id as CardId)) ??
    (await record.registrations.find(id as RegistrationId));
  if (registration?.origin === 'device') {
    throw new InvalidInput(
      'ERR_CONSENT_UNSIGNED',
      'A device asked for this card, and no wording was signed: whoever approves it face to face says that its holder agreed.',
    );
  }
  const consent = registration && (await record.consents.find(registration.consentSha256));
  if (registration === undefined || consent === undefined) {
    throw new InvalidInput(
      'ERR_CARD_UNKNOWN',
      `No registered card and no registration "${id}". \`kazasu card list\` shows the cards and their ids.`,
    );
  }
  const { version, sha256, ja, en } = consent;
  const { registrationId, begunAt } = registration;
  return { registration: registrationId, agreedAt: isoTime(begunAt), version, sha256, ja, en };
}
