import type { RouterContext } from '@koa/router';
import type { Context, Next } from 'koa';
import type { ErrorReference } from '../domain/error-reference.ts';

/** What our middleware notes on a request. */
export interface RequestState {
  /** Who calls: the peer, or what a trusted proxy says of it. */
  clientAddress: string;
  /** The peer is a declared proxy. */
  fromTrustedProxy?: boolean;
  /** Of the error page that answers this request. */
  reference?: ErrorReference;
  /** What went wrong on it. */
  troubleNamed?: { readonly code: string; readonly client?: string };
  /** What `oidc-provider` answered itself although it was ours to answer. */
  libraryFailure?: unknown;
  /** Somebody typed a code that no device shows. */
  wrongUserCode?: boolean;
  /** Where a form on the page may end beside our own origin, as a CSP source. */
  formTarget?: string;
}

/** Any request. */
export type RequestContext = Context;
/** A request that a route matched: with its path parameters. */
export type RouteContext = RouterContext;
export type Middleware = (ctx: RequestContext, next: Next) => Promise<void>;
export type RouteHandler = (ctx: RouteContext) => Promise<void>;

/** Who calls, for limits by address. */
export function clientAddressOf(ctx: RequestContext): string {
  return (ctx.state as RequestState).clientAddress;
}

/** Whether what a proxy adds to requests can be believed of this one. */
export function fromTrustedProxy(ctx: RequestContext): boolean {
  return (ctx.state as RequestState).fromTrustedProxy === true;
}

/** One query parameter given once. */
export function queryText(ctx: RequestContext, name: string): string | undefined {
  const value = ctx.query[name];
  return typeof value === 'string' ? value : undefined;
}
