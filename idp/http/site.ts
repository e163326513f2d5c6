import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import type { FlowContext } from '../flows/context.ts';
import type { CibaPings } from '../oidc/ciba-pings.ts';
import type { OidcProvider } from '../oidc/provider.ts';
import type { Frame } from '../pages/layout.ts';
import { referenceOf } from './error-references.ts';
import type { FailureLimit } from './failure-limit.ts';
import type { RequestContext, RequestState } from './request-context.ts';
import { localeOf, otherLanguageHref, rememberLocale } from './request-locale.ts';

/** The provider's keys for challenges to bridges: the current one signs, all are published. */
export interface ChallengeKeys {
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** Public halves as JWK with `kid`, the current one included (RFC 7517). */
  readonly published: readonly JWK[];
}

/** What every route works with. */
export interface Site {
  readonly context: FlowContext;
  readonly provider: OidcProvider;
  readonly challengeKeys: ChallengeKeys;
  /** Where a browser finds the bridge beside it: `http://127.0.0.1:37564`. */
  readonly bridgeUrl: string;
  /** Tells clients that a tap came. */
  readonly pings: CibaPings;
  readonly demoBanner: boolean;
  /** Wrong codes and tokens, counted by address. */
  readonly failures: FailureLimit;
}

/** The frame of a page that answers this request, in the person's language. */
export function frameOf(
  ctx: RequestContext,
  { demoBanner }: Pick<Site, 'demoBanner'>,
  uiLocales?: string,
): Frame {
  rememberLocale(ctx);
  const locale = localeOf(ctx, uiLocales);
  const href = otherLanguageHref(ctx, locale);
  const reference = referenceOf(ctx);
  return { locale, demoBanner, reference, ...(href === undefined ? {} : { otherLanguageHref: href }) };
}

/**
 * Answers with a page that nobody may keep.
 * @param named what went wrong, on an error page: an administrator finds it by the page's reference.
 */
export function answerPage(
  ctx: RequestContext,
  status: number,
  page: string,
  named?: { readonly code: string; readonly client?: string },
): void {
  if (named !== undefined) (ctx.state as RequestState).troubleNamed = named;
  ctx.status = status;
  ctx.type = 'text/html; charset=utf-8';
  ctx.body = page;
}
