import { Fault, InvalidInput } from '../domain/fault.ts';
import type { Trouble } from '../pages/texts/catalogue.ts';
import { textsOf } from '../pages/texts/of-locale.ts';
import { troublePage } from '../pages/trouble-page.ts';
import { referenceOf } from './error-references.ts';
import type { Log } from './log.ts';
import type { Middleware, RequestContext, RequestState } from './request-context.ts';
import { localeOf } from './request-locale.ts';
import { answerPage, frameOf, type Site } from './site.ts';

/** What is answered: the status, our name for it, and what an administrator can look up. */
export interface Failure {
  readonly status: number;
  readonly trouble: Trouble;
  /** For machines; OAuth's names where it has one. @see RFC 6749 §4.1.2.1 and §5.2 */
  readonly error: string;
  /** In English, for whoever wrote the caller. */
  readonly description?: string;
  /** What is shown of it, where that is more than the trouble's name. */
  readonly code?: string;
  readonly reference?: string;
  readonly retryAfterSeconds?: number;
}

const faultRetrySeconds = 5;

const inputTroubles: { readonly [code: string]: { readonly status: number; readonly trouble: Trouble } } = {
  ERR_BODY_TOO_LARGE: { status: 413, trouble: 'too-large' },
  ERR_CONTENT_TYPE: { status: 415, trouble: 'content-type' },
};

/** The only place that turns what was thrown into an answer: `Fault` 503, `InvalidInput` 4xx, anything else 500. */
export function faultToStatus(site: Pick<Site, 'demoBanner'>, log: Log): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      // The library answers what it catches as a server error; a fault among it is ours to answer.
      const { libraryFailure } = ctx.state as RequestState;
      if (libraryFailure !== undefined) throw libraryFailure;
      if (ctx.status === 404 && !ctx.body) answerFailure(ctx, site, unrouted('not-found', 404));
      if (ctx.status === 405 && !ctx.body) answerFailure(ctx, site, unrouted('method-not-allowed', 405));
    } catch (error) {
      answerFailure(ctx, site, failureOf(error, ctx, log));
    }
  };
}

function unrouted(trouble: Trouble, status: number): Failure {
  return { status, trouble, error: trouble };
}

function failureOf(error: unknown, ctx: RequestContext, log: Log): Failure {
  const request = `${ctx.method} ${ctx.path}`;
  if (error instanceof InvalidInput) {
    const { status, trouble } = inputTroubles[error.code] ?? { status: 400, trouble: 'malformed' };
    return { status, trouble, error: error.code, description: error.message };
  }
  if (error instanceof Fault) {
    log(`${request}: ${error.code} ${error.message}`);
    return {
      status: 503,
      trouble: 'temporarily-unavailable',
      error: 'temporarily_unavailable',
      ...{ code: error.code, reference: referenceOf(ctx) },
      retryAfterSeconds: faultRetrySeconds,
    };
  }
  const status = clientErrorStatus(error);
  if (status !== undefined) return { status, trouble: 'malformed', error: 'invalid_request' };
  const reference = referenceOf(ctx);
  log(
    `${request}: unexpected, reference ${reference}: ${error instanceof Error ? error.stack : String(error)}`,
  );
  return { status: 500, trouble: 'internal-error', error: 'server_error', reference };
}

/** Koa and the router throw errors with a status for requests that cannot be read (a broken percent-encoding). */
function clientErrorStatus(error: unknown): number | undefined {
  const { status } = error instanceof Error ? (error as Error & { status?: unknown }) : {};
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** Answers a failure as a page to browsers and as JSON to programs, in the caller's language. */
export function answerFailure(ctx: RequestContext, site: Pick<Site, 'demoBanner'>, failure: Failure): void {
  const { status, trouble, error, description, code, reference, retryAfterSeconds } = failure;
  if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
  if (ctx.accepts('json', 'html') === 'html') {
    answerPage(
      ctx,
      status,
      troublePage(frameOf(ctx, site), { trouble, ...(code === undefined ? {} : { code }) }),
      { code: code ?? trouble },
    );
    return;
  }
  const { what, next } = textsOf(localeOf(ctx)).reasons.trouble[trouble];
  ctx.status = status;
  ctx.body = {
    error,
    message: `${what} ${next}`,
    ...(description === undefined ? {} : { error_description: description }),
    ...(reference === undefined ? {} : { reference }),
  };
}
