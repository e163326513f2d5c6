import { createHash } from 'node:crypto';
import type { CardProfile } from '../idp/domain/card-profile.ts';
import { consentText } from '../idp/domain/consent.ts';
import { InvalidInput } from '../idp/domain/fault.ts';
import { proofMessage } from '../idp/domain/proof-message.ts';
import type { RegistrationOffer } from '../idp/wire/registration.ts';
import type { CardReader } from './card-reader.ts';
import { cardWithin } from './card-within.ts';
import type { IdpClient, TapRead } from './idp-client.ts';
import { textsOf } from './locale.ts';
import { type CardSignature, readTriesLeft, signWithCard } from './pin-operations.ts';
import { askSecret, askWord, type BridgeIo, firstLine } from './terminal.ts';
import { signatureEvidence } from './wire-evidence.ts';

export interface RegisterParts {
  readonly reader: CardReader;
  readonly client: IdpClient;
  /** The kinds of cards that are taken; the present card unless said otherwise. */
  readonly profiles?: readonly CardProfile[] | undefined;
  readonly io: BridgeIo;
}

export interface RegisterOptions {
  readonly invite: string;
  readonly pinStdin?: boolean;
  readonly agree?: boolean;
}

const waitForCardMs = 120_000;
const language = 'en';
const texts = textsOf(language);

/**
 * Registers the card on the reader: takes the invitation, shows whose card it will be and the consent, and has the card
 * sign both with its PIN. An approver's word is then awaited.
 * @throws {InvalidInput} when the provider refuses, the person does not agree, or the PIN is wrong.
 * @throws {CardError}
 * @throws {Fault}
 */
export async function registerCard(parts: RegisterParts, options: RegisterOptions): Promise<void> {
  const { client, io } = parts;
  const answer = await client.requestRegistration(options.invite.trim(), language);
  if (answer.outcome === 'refused') throw refusedBy(answer.message);
  const offer = answer.body;
  await agree(io, offer, options);
  const proof = await signOffer(parts, offer, options);
  const { registrationId, nonce } = offer;
  const proved = await client.postProof({ ...proof, registrationId, nonce, language });
  if (proved.outcome === 'refused') throw refusedBy(proved.message);
  io.out(`The card is signed and registered for approval (registration ${proved.body.registrationId}).`);
  io.out('It works as soon as an approver has approved it.');
}

/** What is signed must be what is shown: the hash is worked out here, from the text on the screen. */
async function agree(
  io: BridgeIo,
  offer: RegistrationOffer,
  { agree: agreed }: RegisterOptions,
): Promise<void> {
  const shown = createHash('sha256').update(consentText(offer.consent)).digest('hex');
  if (shown !== offer.consentSha256) {
    throw new InvalidInput(
      'ERR_CONSENT',
      'The provider asks to sign another consent than it shows. Tell an administrator.',
    );
  }
  io.out(`Registration for: ${offer.displayName} (${offer.organization})`);
  io.out(`${offer.consent.ja}\n${offer.consent.en}`);
  if (agreed) return;
  const word = await askWord(io, 'Is this you, and do you agree? 本人であり、同意しますか。 [yes/no]');
  if (!isYes(word)) {
    throw new InvalidInput(
      'ERR_NOT_AGREED',
      'Not agreed; nothing was registered. The invitation can still be used.',
    );
  }
}

async function signOffer(
  { reader, client, profiles, io }: RegisterParts,
  offer: RegistrationOffer,
  options: RegisterOptions,
): Promise<TapRead> {
  const pinFromScript = options.pinStdin ? await firstLine(io) : undefined;
  // Where its other words go: only so do they stand in order when both outputs are written to one file.
  io.out('Put the card on the reader and leave it there. カードをリーダーに置いたままにしてください。');
  const card = await cardWithin(reader, waitForCardMs);
  const asked = await readTriesLeft(card, profiles);
  if (asked.outcome === 'no-pin-card') throw new InvalidInput('ERR_NO_PIN_CARD', texts.notes[asked.note]);
  const { triesLeft, digits } = asked;
  if (triesLeft === 0) throw new InvalidInput('ERR_PIN_BLOCKED', texts.failures['pin-blocked']);
  // A script cannot be asked, so it never spends the last try.
  const acceptLastTry = pinFromScript === undefined && triesLeft === 1 && (await confirmLastTry(io));
  const pin =
    pinFromScript ?? (await askSecret(io, `${texts.pinLabel(digits)}. ${texts.triesLeft(triesLeft)}`));
  const signed = await signWithCard(card, {
    pin: pin.trim(),
    profiles,
    acceptLastTry,
    nowSeconds: () => client.nowSeconds(),
    message: (readAtSeconds) => registrationMessage(client, offer, readAtSeconds),
  });
  if (signed.outcome !== 'signed') throw pinProblem(signed);
  const { certificate, signature, readAtSeconds } = signed;
  return { evidence: signatureEvidence(certificate, signature), readAtSeconds };
}

async function confirmLastTry(io: BridgeIo): Promise<boolean> {
  const word = await askWord(io, `${texts.lastTry} [yes/no]`);
  return isYes(word);
}

function registrationMessage(
  { provider }: IdpClient,
  { registrationId, personId, consentSha256, nonce }: RegistrationOffer,
  issuedAtSeconds: number,
): Uint8Array {
  const { issuer, readerId } = provider;
  const registration = { registrationId, personId, consentSha256 };
  return proofMessage({ purpose: 'registration', issuer, readerId, nonce, issuedAtSeconds, registration });
}

function pinProblem(signed: Exclude<CardSignature, { readonly outcome: 'signed' }>): InvalidInput {
  const { failures, notes, triesLeft, lastTry } = texts;
  switch (signed.outcome) {
    case 'pin-wrong':
      return new InvalidInput('ERR_PIN_WRONG', `${failures['pin-wrong']} ${triesLeft(signed.triesLeft)}`);
    case 'pin-blocked':
      return new InvalidInput('ERR_PIN_BLOCKED', failures['pin-blocked']);
    case 'last-try-unconfirmed':
      return new InvalidInput('ERR_PIN_LAST_TRY', `${lastTry} Nothing was sent to the card.`);
    case 'no-pin-card':
      return new InvalidInput('ERR_NO_PIN_CARD', notes[signed.note]);
    case 'interrupted':
      return new InvalidInput('ERR_CARD_REMOVED', notes['hold-longer']);
  }
}

function refusedBy(message: string): InvalidInput {
  return new InvalidInput('ERR_REGISTRATION_REFUSED', message);
}

function isYes(word: string): boolean {
  return /^(y|yes|はい)$/i.test(word.trim());
}
