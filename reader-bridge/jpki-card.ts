import { createHash } from 'node:crypto';
import type { CardProfile } from '../idp/domain/card-profile.ts';
import { parseSerialNumber, type SerialNumber } from '../idp/domain/certificate-id.ts';
import { InvalidInput } from '../idp/domain/fault.ts';
import { instruction, success } from './apdu.ts';
import type { CardChannel } from './card-channel.ts';
import { CardError, cardErrorOf } from './card-error.ts';
import { CardFileReader, selectFile } from './card-file-reader.ts';
import { derHeader, findSerialNumber } from './der-header.ts';

/** What came of asking for a PIN-unlocked signature. Only `pin-wrong` has cost a try. */
export type PinSignature =
  | {
      readonly outcome: 'signed';
      /** RSASSA-PKCS1-v1_5, or ECDSA in the card's own form; of any length. */
      readonly signature: Uint8Array;
      /** DER; of some kinds it can be read after the PIN only. */
      readonly certificate: Uint8Array;
    }
  | { readonly outcome: 'pin-wrong'; readonly triesLeft: number }
  /** The PIN was not sent: a locked one is opened at the city office only. */
  | { readonly outcome: 'pin-blocked' }
  /** The PIN was not sent: with one try left the holder must say that this is meant. */
  | { readonly outcome: 'last-try-unconfirmed' };

export interface PinRequest {
  /** As many digits as the profile says. */
  readonly pin: string;
  /** Hashed here; the card signs the digest. */
  readonly message: Uint8Array;
  /** The holder was told that one try is left and wants to go on. */
  readonly acceptLastTry?: boolean;
}

/** Enough for the headers and a serial number of 20 octets, in one read. */
const serialReadOctets = 32;
const shortReadOctets = 256;
/** A real one has about 1,600; a card that claims more shall not be read for minutes. */
const maxCertificateOctets = 8_192;

/** The authentication half of a JPKI application that was selected; of which kind, its profile says. */
export class JpkiCard {
  readonly #channel: CardChannel;
  readonly #profile: CardProfile;
  readonly #certificate: CardFileReader;

  constructor(channel: CardChannel, profile: CardProfile) {
    this.#channel = channel;
    this.#profile = profile;
    this.#certificate = new CardFileReader(channel, profile.application.certificate);
  }

  get profile(): CardProfile {
    return this.#profile;
  }

  /**
   * The certificate's serial number without the certificate. It identifies and proves nothing.
   * @throws {CardError} when it cannot be read.
   */
  async readSerial(): Promise<SerialNumber> {
    for (const count of [serialReadOctets, shortReadOctets]) {
      const serialNumber = findSerialNumber(await this.#certificate.first(count));
      if (serialNumber !== undefined) return parseSerialNumber(Buffer.from(serialNumber).toString('hex'));
    }
    throw new CardError('ERR_CARD_MALFORMED', 'The certificate on the card ends before its serial number.');
  }

  /**
   * The whole authentication certificate, DER; its own length says how much to read.
   * @throws {CardError} when it cannot be read.
   */
  async readCertificate(): Promise<Uint8Array> {
    const header = derHeader(await this.#certificate.first(shortReadOctets), 0);
    if (header?.tag !== 0x30 || header.valueEnd > maxCertificateOctets) {
      throw new CardError('ERR_CARD_MALFORMED', 'The card holds no certificate.');
    }
    const content = await this.#certificate.first(header.valueEnd);
    if (content.length < header.valueEnd) {
      throw new CardError('ERR_CARD_MALFORMED', 'The certificate on the card breaks off.');
    }
    return content.slice(0, header.valueEnd);
  }

  /** How many wrong PINs the card still takes; asking costs none. @throws {CardError} when the card does not say. */
  async triesLeft(): Promise<number> {
    const { pin } = this.#profile.application;
    await selectFile(this.#channel, pin);
    const { statusWord } = await this.#channel.send({
      cla: 0,
      ins: instruction.verify,
      p1: 0,
      p2: octetOf(pin.reference),
    });
    // Still unlocked from before: a right PIN puts the counter back to its full number.
    return statusWord === success ? pin.maxTries : triesOf(statusWord);
  }

  /**
   * Signs with the card's key after the holder's PIN. The card is powered off afterwards, whatever happened, because a
   * PIN's effect outlives the session; and a PIN is sent once and never again.
   * @throws {InvalidInput} `ERR_PIN` when it is not of the profile's digits; the card was not asked.
   * @throws {CardError} when the card goes away or refuses.
   */
  async signWithPin(request: PinRequest): Promise<PinSignature> {
    try {
      return await this.#signWithPin(request);
    } finally {
      await this.#channel.powerOff();
    }
  }

  async #signWithPin({ pin, message, acceptLastTry = false }: PinRequest): Promise<PinSignature> {
    const { digits } = this.#profile.application.pin;
    if (pin.length !== digits || !/^[0-9]+$/.test(pin)) {
      throw new InvalidInput(
        'ERR_PIN',
        `The PIN of the user-authentication certificate is ${digits} digits.`,
      );
    }
    const triesLeft = await this.triesLeft();
    if (triesLeft === 0) return { outcome: 'pin-blocked' };
    if (triesLeft === 1 && !acceptLastTry) return { outcome: 'last-try-unconfirmed' };
    const left = await this.#verify(pin);
    if (left === 0) return { outcome: 'pin-blocked' };
    if (left !== 'verified') return { outcome: 'pin-wrong', triesLeft: left };
    // At hand already, and asked for no more, where it was read before the PIN.
    const certificate = await this.readCertificate();
    return { outcome: 'signed', signature: await this.#sign(message), certificate };
  }

  /** @returns the tries left after a wrong PIN. */
  async #verify(pin: string): Promise<'verified' | number> {
    const data = new TextEncoder().encode(pin);
    const { reference } = this.#profile.application.pin;
    try {
      const command = { cla: 0, ins: instruction.verify, p1: 0, p2: octetOf(reference), data };
      const { statusWord } = await this.#channel.send(command);
      return statusWord === success ? 'verified' : triesOf(statusWord);
    } finally {
      data.fill(0);
    }
  }

  /**
   * An RSA key is handed a DigestInfo, an ECDSA key the bare digest.
   * @see ISO/IEC 7816-8 §11.4 (COMPUTE DIGITAL SIGNATURE; here with the card's own parameters)
   */
  async #sign(message: Uint8Array): Promise<Uint8Array> {
    const { application, possession } = this.#profile;
    await selectFile(this.#channel, application.privateKey);
    const digestInfo = Buffer.from(possession.digestInfoPrefix ?? '', 'hex');
    const data = Buffer.concat([digestInfo, createHash(possession.digest).update(message).digest()]);
    const operation = instruction.performSecurityOperation;
    const answer = await this.#channel.send({ cla: 0x80, ins: operation, p1: 0x00, p2: 0x80, data, le: 256 });
    if (answer.statusWord !== success) throw cardErrorOf(answer.statusWord);
    return answer.data;
  }
}

const octetOf = (hex: string): number => Number.parseInt(hex, 16);

/** 63Cx, or the two ways of saying "blocked". @see ISO/IEC 7816-4 §5.6 */
function triesOf(statusWord: number): number {
  if (statusWord >> 4 === 0x63c) return statusWord & 0x0f;
  const error = cardErrorOf(statusWord);
  if (error.code === 'ERR_CARD_PIN_BLOCKED') return 0;
  throw error;
}
