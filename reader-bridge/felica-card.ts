import { type Idm, parseCardNumber } from '../idp/domain/card.ts';
import { instruction, success } from './apdu.ts';
import type { CardChannel } from './card-channel.ts';
import { CardError, cardErrorOf } from './card-error.ts';

const storageCardPrefix = '3b8f8001804f0ca000000306';
const felicaStandard = '11';

/**
 * Whether an ATR is that of a FeliCa card: the reader makes it up from the card's technology.
 * @see PC/SC part 3 §3.1.3.2.3 (storage cards), supplemental document for contactless ICCs
 */
export function isFelica(atr: Uint8Array): boolean {
  return Buffer.from(atr)
    .toString('hex')
    .startsWith(storageCardPrefix + felicaStandard);
}

/**
 * A FeliCa card's manufacture id. It is neither secret nor guaranteed to be unique.
 * @throws {CardError} when the reader or the card does not give it.
 */
export async function readIdm(channel: CardChannel): Promise<Idm> {
  const { data, statusWord } = await channel.send({
    cla: 0xff,
    ins: instruction.getData,
    p1: 0,
    p2: 0,
    le: 256,
  });
  if (statusWord !== success) throw cardErrorOf(statusWord);
  if (data.length !== 8) throw new CardError('ERR_CARD_MALFORMED', 'An IDm has 8 octets.');
  const number = parseCardNumber('felica', Buffer.from(data).toString('hex'));
  // `parseCardNumber` answers with the kind it was asked for.
  return number.value as Idm;
}
