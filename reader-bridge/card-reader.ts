/** What a reader offers to the card layers; PC/SC and the software reader both look like this. */
export interface CardReader {
  /**
   * Waits until a card lies on the reader; a card that lies there already is answered at once.
   * @throws {Fault} `ERR_READER_UNAVAILABLE`; the next call starts afresh, so callers may simply try again.
   */
  waitForCard(signal: AbortSignal): Promise<PresentedCard>;
  /** The card that lies there now, if any. @throws {Fault} `ERR_READER_UNAVAILABLE`. */
  presentCard(): Promise<PresentedCard | undefined>;
  close(): void;
}

/** A card on the reader, not spoken to yet. */
export interface PresentedCard {
  readonly readerName: string;
  /** The answer to reset; says which family a card is of, never which kind of smart card. */
  readonly atr: Uint8Array;
  /**
   * Opens the card for us alone.
   * @throws {CardError} `ERR_CARD_REMOVED`.
   * @throws {Fault} `ERR_READER_UNAVAILABLE`, for one when another program holds the card.
   */
  connect(): Promise<CardSession>;
  /** Ends when the card was taken away, or another one lies in its place. */
  waitForRemoval(signal: AbortSignal): Promise<void>;
}

/** Exclusive use of a card. Only `CardChannel` may call `transmit`: it holds the guard. */
export interface CardSession {
  transmit(command: Uint8Array): Promise<Uint8Array>;
  /** Ends the session with the power off: a PIN's effect survives everything less. */
  powerOff(): Promise<void>;
  /** Ends the session and leaves the card powered. */
  release(): Promise<void>;
}
