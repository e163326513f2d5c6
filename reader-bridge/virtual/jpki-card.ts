import { constants, createHash, type KeyObject, privateEncrypt } from 'node:crypto';
import { type CardProfile, myNumberCard } from '../../idp/domain/card-profile.ts';
import { type CommandApdu, instruction, parseCommand } from '../apdu.ts';
import { type CardContents, type CardFiles, cardFiles, hexNumber } from './card-files.ts';
import { derSignature, signDigest } from './ecdsa.ts';
import { answer, type SoftwareCard, statusWord } from './software-card.ts';

/** How this card differs from the best-behaved one; every one of these was seen on real cards or readers. */
export interface SoftwareCardQuirks {
  /** Answers 6F00 to the first command after power-up. */
  readonly firstCommand6F00?: boolean;
  /** Refuses READ BINARY by short identifier, with this status word. */
  readonly noShortIds?: 0x6a82 | 0x6a86 | 0x6b00 | 0x6d00;
  /** Leaves the field instead of answering the n-th command (from 1) since it was made. */
  readonly removeAtApdu?: number;
  /** The most octets one read gives. */
  readonly maxReadOctets?: number;
  /** What a read past the end of the file answers: the rest with a warning, the right length, or just the rest. */
  readonly pastEnd?: '6282' | '6C' | '9000';
  /** Hands out long answers in pieces (61xx and GET RESPONSE). */
  readonly chaining?: boolean;
}

export interface SoftwareJpkiCardOptions extends CardContents {
  /** Of which kind it is; the present card unless said otherwise. */
  readonly profile?: CardProfile;
  /** Without it the card is a copy of somebody's certificate: it signs, but not with that certificate's key. */
  readonly privateKey?: KeyObject;
  readonly quirks?: SoftwareCardQuirks;
}

/** Contact T=1; OpenSC knows it, we recognise cards by their application only. */
const atr = Buffer.from('3be000ff8131fe4514', 'hex');

/** A My Number Card's JPKI application in software (or one of another profile); OpenSC's driver accepts the present one. */
export class SoftwareJpkiCard implements SoftwareCard {
  readonly atr = atr;
  readonly #profile: CardProfile;
  readonly #files: CardFiles;
  readonly #privateKey: KeyObject | undefined;
  readonly #quirks: SoftwareCardQuirks;
  #applicationSelected = false;
  #currentFile: number | undefined;
  #commandsSincePowerOn = 0;
  #commands = 0;
  #pending: Uint8Array = new Uint8Array();

  constructor(options: SoftwareJpkiCardOptions) {
    this.#profile = options.profile ?? myNumberCard;
    this.#files = cardFiles(this.#profile, options);
    this.#privateKey = options.privateKey;
    this.#quirks = options.quirks ?? {};
  }

  /** Wrong PINs that the authentication PIN still takes. */
  get triesLeft(): number {
    const { pin } = this.#profile.application;
    return this.#files.pins.get(hexNumber(pin.fileId))?.triesLeft ?? 0;
  }

  /** Whether a PIN's effect is still there. */
  get unlocked(): boolean {
    return [...this.#files.pins.values()].some(({ verified }) => verified);
  }

  powerOn(): void {
    this.#commandsSincePowerOn = 0;
    this.reset();
  }

  powerOff(): void {
    for (const pin of this.#files.pins.values()) pin.lock();
    this.reset();
  }

  reset(): void {
    this.#applicationSelected = false;
    this.#currentFile = undefined;
    this.#pending = new Uint8Array();
  }

  process(bytes: Uint8Array): Uint8Array | undefined {
    this.#commands += 1;
    this.#commandsSincePowerOn += 1;
    if (this.#commands === this.#quirks.removeAtApdu) return undefined;
    if (this.#quirks.firstCommand6F00 && this.#commandsSincePowerOn === 1) return statusWord(0x6f00);
    const command = parseCommand(bytes);
    return command === undefined ? statusWord(0x6700) : this.#answer(command);
  }

  #answer(command: CommandApdu): Uint8Array {
    switch (command.ins) {
      case instruction.select:
        return this.#select(command);
      case instruction.readBinary:
        return this.#readBinary(command);
      case instruction.verify:
        return this.#verify(command);
      case instruction.performSecurityOperation:
        return this.#sign(command);
      case instruction.getResponse:
        return this.#piece(command.le ?? 256);
      default:
        return statusWord(0x6d00);
    }
  }

  #select({ p1, data = new Uint8Array() }: CommandApdu): Uint8Array {
    if (p1 === 0x04) {
      this.reset();
      this.#applicationSelected = Buffer.from(data).toString('hex') === this.#profile.application.aid;
      return statusWord(this.#applicationSelected ? 0x9000 : 0x6a82);
    }
    if (p1 !== 0x02 || data.length !== 2) return statusWord(0x6a86);
    const fileId = Buffer.from(data).readUInt16BE();
    if (!this.#holds(fileId)) return statusWord(0x6a82);
    this.#currentFile = fileId;
    return statusWord(0x9000);
  }

  #holds(fileId: number): boolean {
    const { contents, pins, pinOfKey } = this.#files;
    const known = contents.has(fileId) || pins.has(fileId) || pinOfKey.has(fileId);
    return this.#applicationSelected && known;
  }

  #readBinary({ p1, p2, le = 256 }: CommandApdu): Uint8Array {
    if (p1 >= 0x80) {
      if (this.#quirks.noShortIds !== undefined) return statusWord(this.#quirks.noShortIds);
      const fileId = this.#files.fileOfShortId.get(p1 & 0x1f) ?? p1 & 0x1f;
      if (!this.#holds(fileId)) return statusWord(0x6a82);
      this.#currentFile = fileId;
    }
    const content = this.#currentFile === undefined ? undefined : this.#files.contents.get(this.#currentFile);
    if (content === undefined) return statusWord(0x6986);
    if (!this.#mayRead()) return statusWord(0x6982);
    const offset = p1 >= 0x80 ? p2 : (p1 << 8) | p2;
    if (offset >= content.length) return statusWord(0x6b00);
    return this.#readAt(content, offset, le);
  }

  #mayRead(): boolean {
    const pinFile =
      this.#currentFile === undefined ? undefined : this.#files.pinOfFile.get(this.#currentFile);
    return pinFile === undefined || this.#files.pins.get(pinFile)?.verified === true;
  }

  #readAt(content: Uint8Array, offset: number, le: number): Uint8Array {
    const rest = content.length - offset;
    const { maxReadOctets = 256, pastEnd = '6282' } = this.#quirks;
    if (le > rest && pastEnd === '6C') return statusWord(0x6c00 | rest);
    const data = content.subarray(offset, offset + Math.min(le, maxReadOctets));
    return answer(data, le > rest && data.length === rest && pastEnd === '6282' ? 0x6282 : 0x9000);
  }

  #verify({ p1, p2, data }: CommandApdu): Uint8Array {
    const pin = this.#currentFile === undefined ? undefined : this.#files.pins.get(this.#currentFile);
    const reference = hexNumber(this.#profile.application.pin.reference);
    if (pin === undefined || p1 !== 0x00 || p2 !== reference) return statusWord(0x6a86);
    return statusWord(data === undefined ? pin.state : pin.verify(data));
  }

  #sign({ cla, p1, p2, data }: CommandApdu): Uint8Array {
    const pinFile = this.#currentFile === undefined ? undefined : this.#files.pinOfKey.get(this.#currentFile);
    if (cla !== 0x80 || p1 !== 0x00 || p2 !== 0x80 || data === undefined) return statusWord(0x6a86);
    if (pinFile === undefined) return statusWord(0x6985);
    if (this.#files.pins.get(pinFile)?.verified !== true) return statusWord(0x6982);
    // The authentication key only: nothing here may ever look like an electronic signature.
    const keyFile = hexNumber(this.#profile.application.privateKey.fileId);
    const signature = this.#currentFile === keyFile ? this.#signature(data) : undefined;
    if (signature === undefined) return statusWord(0x6985);
    if (!this.#quirks.chaining) return answer(signature);
    this.#pending = signature;
    return this.#piece(100);
  }

  /**
   * Whatever is handed in, as the real key does: RSASSA-PKCS1-v1_5 over a DigestInfo, ECDSA over a digest.
   * @see RFC 8017 §8.2
   */
  #signature(data: Uint8Array): Uint8Array {
    if (this.#privateKey === undefined) {
      const noise = (n: number) => createHash('sha256').update(data).update(String(n)).digest();
      return Buffer.concat([0, 1, 2, 3, 4, 5, 6, 7].map(noise));
    }
    if (this.#privateKey.asymmetricKeyType === 'ec') {
      const signature = signDigest(this.#privateKey, data);
      return this.#profile.possession.dsaEncoding === 'der' ? derSignature(signature) : signature;
    }
    return privateEncrypt({ key: this.#privateKey, padding: constants.RSA_PKCS1_PADDING }, data);
  }

  #piece(count: number): Uint8Array {
    const piece = this.#pending.subarray(0, count);
    this.#pending = this.#pending.subarray(count);
    const left = this.#pending.length;
    return answer(piece, left === 0 ? 0x9000 : 0x6100 | (Math.min(left, 100) & 0xff));
  }
}
