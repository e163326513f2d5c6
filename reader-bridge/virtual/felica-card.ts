import { instruction, parseCommand } from '../apdu.ts';
import { answer, type SoftwareCard, statusWord } from './software-card.ts';

const felicaAtr = Buffer.from('3b8f8001804f0ca00000030611003b0000000042', 'hex');

/** A FeliCa card behind a PC/SC reader: the reader makes up the ATR and answers `FF CA` with the IDm. */
export class SoftwareFelicaCard implements SoftwareCard {
  readonly atr = felicaAtr;
  readonly #idm: Uint8Array;

  /** @param idm 8 octets in hex. */
  constructor({ idm }: { readonly idm: string }) {
    this.#idm = Buffer.from(idm, 'hex');
  }

  powerOn(): void {}

  powerOff(): void {}

  reset(): void {}

  process(bytes: Uint8Array): Uint8Array {
    const command = parseCommand(bytes);
    const getData = command?.cla === 0xff && command.ins === instruction.getData;
    return getData ? answer(this.#idm) : statusWord(0x6a81);
  }
}
