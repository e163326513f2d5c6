import { Fault } from '../idp/domain/fault.ts';
import type { WireRefusal } from '../idp/wire/tap-jwt.ts';

/** What a provider answered. */
export type WireOutcome<Body> =
  | { readonly outcome: 'accepted'; readonly body: Body }
  /** In words for the person at the reader, in the language that was asked for. */
  | { readonly outcome: 'refused'; readonly error: string; readonly message: string };

/** One request of ours to the provider. */
export interface WireRequest {
  readonly url: string;
  /** Absent: a GET. */
  readonly body?: { readonly type: 'application/json' | 'application/jwt'; readonly text: string };
  /** `Accept-Language`. */
  readonly language: string;
}

const deadlineMs = 10_000;

/**
 * Calls the provider. Redirects are not followed: where taps go was fixed at enrolment.
 * @throws {Fault} `ERR_IDP_UNREACHABLE` when it cannot be reached, answers with a fault, or not at all like a provider.
 */
export async function callProvider<Body>({ url, body, language }: WireRequest): Promise<WireOutcome<Body>> {
  const response = await send(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'accept-language': language, ...(body && { 'content-type': body.type }) },
    redirect: 'error',
    signal: AbortSignal.timeout(deadlineMs),
    ...(body && { body: body.text }),
  });
  if (response.status >= 500) throw unreachable(url, `it answered ${response.status}; try again in a moment`);
  const answer = await readJson(response, url);
  if (response.ok) return { outcome: 'accepted', body: answer as Body };
  const { error, message } = (answer ?? {}) as Partial<WireRefusal>;
  if (typeof error !== 'string' || typeof message !== 'string') {
    throw unreachable(url, `it answered ${response.status}, not as a provider does; check the URL`);
  }
  return { outcome: 'refused', error, message };
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    throw unreachable(url, 'check the network, and that it is running', cause);
  }
}

async function readJson(response: Response, url: string): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw unreachable(url, `its answer (${response.status}) is not JSON; check the URL`, cause);
  }
}

function unreachable(url: string, what: string, cause?: unknown): Fault {
  return new Fault(
    'ERR_IDP_UNREACHABLE',
    `The provider at ${new URL(url).origin} cannot be used: ${what}.`,
    cause,
  );
}
