import type { IncomingMessage, ServerResponse } from 'node:http';
import { localeOf } from '../locale.ts';
import type { PageTrouble } from '../texts.ts';
import { troublePage } from './presentation-page.ts';

const statusOf: { readonly [trouble in PageTrouble]: number } = {
  busy: 409,
  challenge: 400,
  'challenge-used': 409,
  'not-found': 404,
  'not-navigation': 403,
  'other-user': 403,
  'bad-form': 403,
  finished: 410,
  'idp-unreachable': 503,
  internal: 500,
};

/** Says why there is no page of the kind that was asked for, in the browser's language. */
export function answerTrouble(
  request: IncomingMessage,
  response: ServerResponse,
  trouble: PageTrouble,
  demonstration: boolean,
): void {
  // What was not read of the request must not be taken for the next one.
  response.shouldKeepAlive = false;
  const page = troublePage(localeOf(request.headers['accept-language']), trouble, demonstration);
  answer(response, statusOf[trouble], { 'content-type': 'text/html; charset=utf-8' }, page);
}

/**
 * Answers with the headers that every answer bears.
 * @param formOrigin where a form of ours may end up: the provider, after the return code.
 */
export function answer(
  response: ServerResponse,
  status: number,
  headers: { readonly [name: string]: string },
  body: string,
  formOrigin = '',
): void {
  response.writeHead(status, {
    'cache-control': 'no-store',
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      `form-action 'self' ${formOrigin}`.trim(),
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    // Not `no-referrer`: a form's Origin would become `null`.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...headers,
  });
  response.end(body);
}
