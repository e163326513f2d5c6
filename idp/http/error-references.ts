import { randomBytes } from 'node:crypto';
import { type ErrorReference, errorReferenceOctets, errorReferenceOf } from '../domain/error-reference.ts';
import { noteError } from '../flows/find-error.ts';
import type { Clock } from '../ports/clock.ts';
import { FailureLimit } from './failure-limit.ts';
import type { Log } from './log.ts';
import {
  clientAddressOf,
  type Middleware,
  type RequestContext,
  type RequestState,
} from './request-context.ts';
import type { Site } from './site.ts';

/** Pages of one address that are noted in five minutes: whoever asks for nonsense fills no disk. */
const notedPages = 200;

/** The reference that an error page of this request shows. */
export function referenceOf(ctx: RequestContext): ErrorReference {
  const state = ctx.state as RequestState;
  state.reference ??= errorReferenceOf(randomBytes(errorReferenceOctets));
  return state.reference;
}

/**
 * Notes every error page by its reference, on the operator's log and where `kazasu audit find` looks. The page leaves
 * whether or not that succeeds: what cannot be noted is on the log.
 */
export function errorReferences({ context }: Pick<Site, 'context'>, log: Log): Middleware {
  const limit = pageLimit(context.clock);
  return async (ctx, next) => {
    await next();
    const { reference, troubleNamed } = ctx.state as RequestState;
    if (reference === undefined || ctx.status < 400 || !shows(ctx, reference)) return;
    const address = clientAddressOf(ctx);
    if (limit.secondsToWait(address) > 0) return;
    limit.note(address);
    const { method, path, status } = ctx;
    const code = troubleNamed?.code ?? String(status);
    log(`${reference}: ${method} ${printable(path)} ${status} ${printable(code)}`);
    const client = troubleNamed?.client;
    const note = { at: context.clock.now(), method, path, status, code };
    await noteError(context, reference, { ...note, ...(client === undefined ? {} : { client }) }).catch(() =>
      log(`${reference}: this line is all that is kept of it`),
    );
  };
}

/** A form that was not taken is no error page: its own words say what to correct. */
function shows({ type, body }: RequestContext, reference: ErrorReference): boolean {
  return type === 'text/html' && typeof body === 'string' && body.includes(reference);
}

function pageLimit(clock: Clock): FailureLimit {
  return new FailureLimit(clock, { failures: notedPages, windowSeconds: 300 });
}

/** One line, whatever was asked for. */
function printable(text: string): string {
  return text.slice(0, 200).replace(/[^\x20-\x7e]/g, '?');
}
