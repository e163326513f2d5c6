import { Fault } from '../idp/domain/fault.ts';
import { type CardError, cardRemoved } from './card-error.ts';

/*
 * The addon reports every PC/SC error by its text alone (`pcsc_errors.h` of smartcard 3.7), so this one file must tell
 * them apart by it; everywhere else they are typed.
 */

/** The card went away, or lies so badly that it cannot answer. */
const cardProblems: ReadonlySet<string> = new Set([
  'Card was removed',
  'No smart card present',
  'Card was reset',
  'Card is unpowered',
  'Card is unresponsive',
  'Transaction failed',
]);

/** Whether another program holds the card. */
export function isSharingViolation(error: unknown): boolean {
  return error instanceof Error && error.message === 'Sharing violation';
}

/** The typed error when the card, and not the reader or the service, is the trouble. */
export function asCardProblem(error: unknown): CardError | undefined {
  return error instanceof Error && cardProblems.has(error.message) ? cardRemoved() : undefined;
}

/** Everything else: the reader or the service cannot be asked. */
export function pcscFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault(
    'ERR_READER_UNAVAILABLE',
    'The card reader service cannot be reached. On Debian: apt-get install pcscd, then systemctl start pcscd.',
    error,
  );
}
