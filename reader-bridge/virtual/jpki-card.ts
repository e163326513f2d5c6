import { constants, createHash, type KeyObject, privateEncrypt } from 'node:crypto';
import { type CommandApdu, instruction, parseCommand } from '../apdu.ts';
import { jpkiProfile } from '../card-profile.ts';
import { answer, type SoftwareCard, statusWord } from './software-card.ts';
import { SoftwarePin } from './software-pin.ts';

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

export interface SoftwareJpkiCardOptions {
  /** The user-authentication certificate, DER. */
  readonly certificate: Uint8Array;
  /** Its CA's, DER. */
  readonly caCertificate: Uint8Array;
  /** Without it the card is a copy of somebody's certificate: it signs, but not with that certificate's key. */
  readonly privateKey?: KeyObject;
  readonly pin: string;
  /** 3 unless said otherwise. */
  readonly triesLeft?: number;
  readonly quirks?: SoftwareCardQuirks;
}

/** Contact T=1; OpenSC knows it, we recognise cards by their application only. */
const atr = Buffer.from('3be000ff8131fe4514', 'hex');
const signaturePassword = 'NOTUSED9';

/** A My Number Card's JPKI application in software; OpenSC's driver for the real one accepts it. */
export class SoftwareJpkiCard implements SoftwareCard {
  readonly atr = atr;
  readonly #files: ReadonlyMap<number, Uint8Array>;
  readonly #pins: ReadonlyMap<number, SoftwarePin>;
  /** Which PIN unlocks which key. */
  readonly #pinOfKey: ReadonlyMap<number, number> = new Map([
    [0x0017, 0x0018],
    [0x001a, 0x001b],
  ]);
  readonly #privateKey: KeyObject | undefined;
  readonly #quirks: SoftwareCardQuirks;
  #applicationSelected = false;
  #currentFile: number | undefined;
  #commandsSincePowerOn = 0;
  #commands = 0;
  #pending: Uint8Array = new Uint8Array();

  constructor(options: SoftwareJpkiCardOptions) {
    this.#privateKey = options.privateKey;
    this.#quirks = options.quirks ?? {};
    this.#files = new Map([
      [0x0006, Buffer.from('JPKIAPICCTOKEN2'.padEnd(32), 'ascii')],
      [0x000a, options.certificate],
      [0x000b, options.caCertificate],
      // The signature half is not played: its files hold the same certificates so that other programs find some.
      [0x0001, options.certificate],
      [0x0002, options.caCertificate],
    ]);
    this.#pins = new Map([
      [0x0018, new SoftwarePin(options.pin, 3, options.triesLeft)],
      [0x001b, new SoftwarePin(signaturePassword, 5)],
    ]);
  }

  /** Wrong PINs that the authentication PIN still takes. */
  get triesLeft(): number {
    return this.#pins.get(0x0018)?.triesLeft ?? 0;
  }

  /** Whether a PIN's effect is still there. */
  get unlocked(): boolean {
    return [...this.#pins.values()].some(({ verified }) => verified);
  }

  powerOn(): void {
    this.#commandsSincePowerOn = 0;
    this.reset();
  }

  powerOff(): void {
    for (const pin of this.#pins.values()) pin.lock();
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
      this.#applicationSelected = Buffer.compare(data, jpkiProfile.aid) === 0;
      return statusWord(this.#applicationSelected ? 0x9000 : 0x6a82);
    }
    if (p1 !== 0x02 || data.length !== 2) return statusWord(0x6a86);
    const fileId = Buffer.from(data).readUInt16BE();
    if (!this.#holds(fileId)) return statusWord(0x6a82);
    this.#currentFile = fileId;
    return statusWord(0x9000);
  }

  #holds(fileId: number): boolean {
    const known = this.#files.has(fileId) || this.#pins.has(fileId) || this.#pinOfKey.has(fileId);
    return this.#applicationSelected && known;
  }

  #readBinary({ p1, p2, le = 256 }: CommandApdu): Uint8Array {
    if (p1 >= 0x80) {
      if (this.#quirks.noShortIds !== undefined) return statusWord(this.#quirks.noShortIds);
      if (!this.#holds(p1 & 0x1f)) return statusWord(0x6a82);
      this.#currentFile = p1 & 0x1f;
    }
    const content = this.#currentFile === undefined ? undefined : this.#files.get(this.#currentFile);
    if (content === undefined) return statusWord(0x6986);
    const offset = p1 >= 0x80 ? p2 : (p1 << 8) | p2;
    if (offset >= content.length) return statusWord(0x6b00);
    return this.#readAt(content, offset, le);
  }

  #readAt(content: Uint8Array, offset: number, le: number): Uint8Array {
    const rest = content.length - offset;
    const { maxReadOctets = 256, pastEnd = '6282' } = this.#quirks;
    if (le > rest && pastEnd === '6C') return statusWord(0x6c00 | rest);
    const data = content.subarray(offset, offset + Math.min(le, maxReadOctets));
    return answer(data, le > rest && data.length === rest && pastEnd === '6282' ? 0x6282 : 0x9000);
  }

  #verify({ p1, p2, data }: CommandApdu): Uint8Array {
    const pin = this.#currentFile === undefined ? undefined : this.#pins.get(this.#currentFile);
    if (pin === undefined || p1 !== 0x00 || p2 !== 0x80) return statusWord(0x6a86);
    return statusWord(data === undefined ? pin.state : pin.verify(data));
  }

  #sign({ cla, p1, p2, data }: CommandApdu): Uint8Array {
    const pinFile = this.#currentFile === undefined ? undefined : this.#pinOfKey.get(this.#currentFile);
    if (cla !== 0x80 || p1 !== 0x00 || p2 !== 0x80 || data === undefined) return statusWord(0x6a86);
    if (pinFile === undefined) return statusWord(0x6985);
    if (this.#pins.get(pinFile)?.verified !== true) return statusWord(0x6982);
    // The authentication key only: nothing here may ever look like an electronic signature.
    const signature = this.#currentFile === 0x0017 ? this.#signature(data) : undefined;
    if (signature === undefined) return statusWord(0x6985);
    if (!this.#quirks.chaining) return answer(signature);
    this.#pending = signature;
    return this.#piece(100);
  }

  /** RSASSA-PKCS1-v1_5 over whatever DigestInfo is handed in, as the real key does. @see RFC 8017 §8.2 */
  #signature(data: Uint8Array): Uint8Array {
    if (this.#privateKey === undefined) {
      const noise = (n: number) => createHash('sha256').update(data).update(String(n)).digest();
      return Buffer.concat([0, 1, 2, 3, 4, 5, 6, 7].map(noise));
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
