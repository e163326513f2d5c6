/** Where the server writes what an operator should know: one line, no secret, no number of a card. */
export type Log = (line: string) => void;
