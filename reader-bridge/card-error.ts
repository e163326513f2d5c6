/** What can go wrong between a reader and a card; the closed set that callers and texts work with. */
export type CardErrorCode =
  /** The card left the field, or its answer broke off: hold it longer. */
  | 'ERR_CARD_REMOVED'
  /** No answer within our own deadline: PC/SC itself waits for ever. */
  | 'ERR_CARD_SILENT'
  | 'ERR_CARD_FILE_NOT_FOUND'
  | 'ERR_CARD_PIN_REQUIRED'
  | 'ERR_CARD_PIN_BLOCKED'
  /** A status word that none of our commands can do anything about. */
  | 'ERR_CARD_REFUSED'
  /** What was read is not what the profile says lies there. */
  | 'ERR_CARD_MALFORMED'
  /** Our own guard: the command was never sent. */
  | 'ERR_APDU_NOT_ALLOWED';

/** A card did not do what it was asked. Its messages bear status words only, never data of the card or a PIN. */
export class CardError extends Error {
  readonly code: CardErrorCode;
  /** The two status bytes of ISO/IEC 7816-4 §5.6, when the card gave any. */
  readonly statusWord: number | undefined;

  constructor(code: CardErrorCode, message: string, statusWord?: number) {
    super(message);
    this.name = 'CardError';
    this.code = code;
    this.statusWord = statusWord;
  }
}

const codeOfStatusWord: ReadonlyMap<number, CardErrorCode> = new Map([
  [0x6982, 'ERR_CARD_PIN_REQUIRED'],
  [0x6983, 'ERR_CARD_PIN_BLOCKED'],
  [0x6984, 'ERR_CARD_PIN_BLOCKED'],
  [0x6a82, 'ERR_CARD_FILE_NOT_FOUND'],
]);

/** Turns a status word that is not a success into the error it stands for. */
export function cardErrorOf(statusWord: number): CardError {
  const code = codeOfStatusWord.get(statusWord) ?? 'ERR_CARD_REFUSED';
  const hex = statusWord.toString(16).padStart(4, '0').toUpperCase();
  return new CardError(code, `The card answered ${hex}.`, statusWord);
}

/** The card was taken away while we spoke to it. */
export function cardRemoved(): CardError {
  return new CardError('ERR_CARD_REMOVED', 'The card was removed before it had been read.');
}
