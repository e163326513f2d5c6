import type { ErrorReference } from '../domain/error-reference.ts';
import type { Instant } from '../domain/instant.ts';
import type { FlowContext } from './context.ts';

/** What went wrong on one page, for whoever is told its reference: no secret, no query, nothing of a card. */
export interface ErrorNote {
  readonly at: Instant;
  readonly method: string;
  /** Without the query: codes and tokens stand there. */
  readonly path: string;
  readonly status: number;
  /** Our name of the trouble or refusal, or a protocol's error code with its description. */
  readonly code: string;
  /** The client whose sign-in it was, where it is known. */
  readonly client?: string;
}

const model = 'ErrorNote';
/** Whoever calls the administrator does it within the month. */
const keptSeconds = 30 * 24 * 3_600;
const longestCode = 200;

/** Keeps what a page's reference leads to. @throws {Fault} `ERR_OIDC_STATE_UNAVAILABLE` */
export async function noteError(
  { oidcState }: Pick<FlowContext, 'oidcState'>,
  reference: ErrorReference,
  { code, ...note }: ErrorNote,
): Promise<void> {
  await oidcState.upsert(model, reference, { ...note, code: code.slice(0, longestCode) }, keptSeconds);
}

/** What happened on the page that showed this reference; `undefined`: none such, or too long ago. */
export async function findError(
  { oidcState }: Pick<FlowContext, 'oidcState'>,
  reference: ErrorReference,
): Promise<ErrorNote | undefined> {
  const found = await oidcState.find(model, reference);
  return found === undefined ? undefined : (found as unknown as ErrorNote);
}
