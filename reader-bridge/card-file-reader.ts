import type { CardFile } from '../idp/domain/card-profile.ts';
import { instruction, type ResponseApdu, success } from './apdu.ts';
import type { CardChannel } from './card-channel.ts';
import { CardError, cardErrorOf } from './card-error.ts';

/** What a card answers that does not know READ BINARY by short identifier. */
const shortIdRefused: ReadonlySet<number> = new Set([0x6a82, 0x6a86, 0x6b00, 0x6d00]);
/** Le ran past the end of the file: the data before it is good. @see ISO/IEC 7816-4 §5.6 */
const endOfFile = 0x6282;
const offsetOutside = 0x6b00;

/** Reads one elementary file piece by piece, with as few commands as the card allows. */
export class CardFileReader {
  readonly #channel: CardChannel;
  readonly #file: CardFile;
  #content: Uint8Array = new Uint8Array();
  /** Whether the file is the card's current one; a read by short identifier makes it so. */
  #current = false;

  constructor(channel: CardChannel, file: CardFile) {
    this.#channel = channel;
    this.#file = file;
  }

  /**
   * The file's first octets: at least `count`, unless the file ends before.
   * @throws {CardError} when the card refuses or goes away.
   */
  async first(count: number): Promise<Uint8Array> {
    while (this.#content.length < count) {
      const wanted = Math.min(256, count - this.#content.length);
      const { data, statusWord } = await this.#read(this.#content.length, wanted);
      this.#content = Buffer.concat([this.#content, data]);
      if (statusWord === endOfFile || statusWord === offsetOutside) break;
      if (statusWord !== success) throw this.#failed(cardErrorOf(statusWord));
      if (data.length === 0)
        throw new CardError('ERR_CARD_MALFORMED', 'The card answered a read with nothing.');
    }
    return this.#content;
  }

  async #read(offset: number, count: number): Promise<ResponseApdu> {
    const { shortId } = this.#file;
    if (!this.#current && shortId !== undefined && offset === 0) {
      const response = await this.#readBinary(0x80 | Number.parseInt(shortId, 16), 0, count);
      if (!shortIdRefused.has(response.statusWord)) {
        this.#current = true;
        return response;
      }
    }
    if (!this.#current) {
      await selectFile(this.#channel, this.#file);
      this.#current = true;
    }
    return this.#readBinary(offset >> 8, offset & 0xff, count);
  }

  /** The next attempt, after a PIN, finds another file selected. */
  #failed(error: CardError): CardError {
    this.#current = false;
    return error;
  }

  #readBinary(p1: number, p2: number, le: number): Promise<ResponseApdu> {
    return this.#channel.send({ cla: 0, ins: instruction.readBinary, p1, p2, le });
  }
}

/** Makes an elementary file the current one. @throws {CardError} when the card refuses. @see ISO/IEC 7816-4 §11.2.2 */
export async function selectFile(channel: CardChannel, { fileId }: CardFile): Promise<void> {
  const data = Buffer.from(fileId, 'hex');
  const { statusWord } = await channel.send({ cla: 0, ins: instruction.select, p1: 0x02, p2: 0x0c, data });
  if (statusWord !== success) throw cardErrorOf(statusWord);
}
