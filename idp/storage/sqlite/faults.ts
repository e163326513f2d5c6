import { Fault, type FaultCode, InvalidInput } from '../../domain/fault.ts';

/** @see https://sqlite.org/rescode.html */
const busy = 5;
const primaryKeyTaken = 1555;
const uniqueTaken = 2067;

function resultCodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : undefined;
}

/** Another connection holds what this one needs; the primary code is in the low octet. */
export function isBusy(error: unknown): boolean {
  const code = resultCodeOf(error);
  return code !== undefined && (code & 0xff) === busy;
}

/**
 * What SQLite threw, in our words: a value that must be unique and is not is bad input, all else is a fault.
 * Errors that are ours already pass unchanged.
 */
export function faultOf(error: unknown, code: FaultCode): Error {
  if (error instanceof Fault || error instanceof InvalidInput) return error;
  const resultCode = resultCodeOf(error);
  if (resultCode === primaryKeyTaken || resultCode === uniqueTaken) {
    return new InvalidInput('ERR_ALREADY_EXISTS', 'Something of this name or id exists already.', error);
  }
  return new Fault(code, 'The database in the data directory does not answer.', error);
}

/** Runs synchronous work on a connection; what it throws is a fault. */
export function orFault<T>(code: FaultCode, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw faultOf(error, code);
  }
}
