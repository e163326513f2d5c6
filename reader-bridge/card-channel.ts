import { type CardProfile, defaultCardProfiles } from '../idp/domain/card-profile.ts';
import {
  type CommandApdu,
  encodeCommand,
  instruction,
  parseResponse,
  type ResponseApdu,
  success,
} from './apdu.ts';
import { ApduGuard, dataOf, selectsApplication } from './apdu-guard.ts';
import { CardError } from './card-error.ts';
import type { CardSession } from './card-reader.ts';

export interface ChannelOptions {
  /** How long a card may take for one command; a signature takes about a second. */
  readonly deadlineMs?: number;
  /** The kinds of cards that may be spoken to; the present card unless said otherwise. */
  readonly profiles?: readonly CardProfile[];
}

const defaultDeadlineMs = 5_000;
/** No answer of ours is larger; a card that goes on for ever must not fill the memory. */
const maxAnswerOctets = 8_192;

/**
 * The only layer that sends APDUs. What the guard does not allow is not sent; transport answers (more data, wrong
 * length, the stutter after power-up) are dealt with here, so that callers see data and a final status word.
 */
export class CardChannel {
  readonly #session: CardSession;
  readonly #deadlineMs: number;
  readonly #guard: ApduGuard;
  #selectedAid: string | undefined;
  #first = true;
  #usable = true;

  constructor(session: CardSession, options: ChannelOptions = {}) {
    const { deadlineMs = defaultDeadlineMs, profiles = defaultCardProfiles } = options;
    this.#session = session;
    this.#guard = new ApduGuard(profiles);
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Sends one command.
   * @throws {CardError} `ERR_APDU_NOT_ALLOWED`, `ERR_CARD_REMOVED`, `ERR_CARD_SILENT`; a status word is no error here.
   */
  async send(command: CommandApdu): Promise<ResponseApdu> {
    const bytes = encodeCommand(command);
    const refusal = this.#guard.refusal(bytes, this.#selectedAid);
    if (refusal !== undefined)
      throw new CardError('ERR_APDU_NOT_ALLOWED', `Not sent to the card: ${refusal}.`);
    if (selectsApplication(command)) this.#selectedAid = undefined;
    let response = await this.#exchange(bytes);
    // Some cards answer 6F00 to the first command after power-up. Only a SELECT can be first, so nothing is spent.
    if (this.#first && response.statusWord === 0x6f00) response = await this.#exchange(bytes);
    this.#first = false;
    const answer = await this.#complete(command, response);
    if (selectsApplication(command) && answer.statusWord === success) this.#selectedAid = dataOf(command);
    return answer;
  }

  /** Ends the session with the power off. */
  powerOff(): Promise<void> {
    this.#usable = false;
    return this.#session.powerOff();
  }

  /** Ends the session and leaves the card powered. */
  release(): Promise<void> {
    this.#usable = false;
    return this.#session.release();
  }

  /** 6Cxx: the same again with the length the card names. 61xx: fetch the rest. @see ISO/IEC 7816-4 §5.6 */
  async #complete(command: CommandApdu, response: ResponseApdu): Promise<ResponseApdu> {
    let { data, statusWord } = response;
    if (statusWord >> 8 === 0x6c && command.le !== undefined) {
      const corrected = encodeCommand({ ...command, le: lengthOf(statusWord) });
      ({ data, statusWord } = await this.#exchange(corrected));
    }
    while (statusWord >> 8 === 0x61 && data.length < maxAnswerOctets) {
      const getResponse = { cla: 0, ins: instruction.getResponse, p1: 0, p2: 0, le: lengthOf(statusWord) };
      const rest = await this.#exchange(encodeCommand(getResponse));
      data = Buffer.concat([data, rest.data]);
      statusWord = rest.statusWord;
      // A card that promises more and gives nothing would be asked until somebody takes it away.
      if (rest.data.length === 0) break;
    }
    return { data, statusWord };
  }

  async #exchange(bytes: Uint8Array): Promise<ResponseApdu> {
    if (!this.#usable) throw new CardError('ERR_CARD_SILENT', 'This session with the card has ended.');
    const { promise: silence, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.#usable = false;
      reject(new CardError('ERR_CARD_SILENT', 'The card does not answer.'));
    }, this.#deadlineMs);
    try {
      return parseResponse(await Promise.race([this.#session.transmit(bytes), silence]));
    } finally {
      clearTimeout(timer);
    }
  }
}

function lengthOf(statusWord: number): number {
  return (statusWord & 0xff) === 0 ? 256 : statusWord & 0xff;
}
