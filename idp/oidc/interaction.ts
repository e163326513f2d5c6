import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import type { AuthenticatorId, Factor } from '../domain/factor.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { ReaderId } from '../domain/reader.ts';

/** A sign-in that waits for its person. */
export interface OpenInteraction {
  readonly uid: string;
  /** Never leaves the provider. */
  readonly secret: string;
  /** The authorization request's parameters, as the client sent them. */
  readonly params: { readonly [name: string]: unknown };
  readonly expiresAtSeconds: number;
}

/** The interaction whose cookie this browser sends; `undefined` when it has ended or was never this browser's. */
export async function browsersInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<OpenInteraction | undefined> {
  try {
    const { uid, cid, params, exp } = await provider.interactionDetails(request, response);
    return { uid, secret: cid, params, expiresAtSeconds: exp };
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

/**
 * Lets a sign-in go on with what its person proved, by card or otherwise. Its moment becomes `auth_time`: the browser may
 * come back for its outcome minutes later.
 * @returns where the browser goes; `undefined` when it has expired.
 */
export function finishLogin(provider: Provider, uid: string, factor: Factor): Promise<string | undefined> {
  const { personId, authenticator, acr, amr, at, readerId } = factor;
  // Not remembered: the session ends with the browser, which may stand on a shared desk.
  const ts = Math.floor(at / msPerSecond);
  const login = { accountId: personId, acr, amr: [...amr], ts, remember: false };
  const reader = readerId === undefined ? {} : { reader: readerId };
  return finish(provider, uid, { login, basis: authenticator ?? 'person', ...reader });
}

/** What a login that `finishLogin` let go on rests on; `undefined`: nothing was decided. */
export function basisOf({ basis }: InteractionResults): AuthenticatorId | 'person' | undefined {
  return typeof basis === 'string' ? (basis as AuthenticatorId) : undefined;
}

/** The reader at which it was proved; `undefined`: none took part. */
export function readerOf({ reader }: InteractionResults): ReaderId | undefined {
  return typeof reader === 'string' ? (reader as ReaderId) : undefined;
}

/** Sends the browser back to the client with `access_denied`. @see RFC 6749 §4.1.2.1 */
export function cancelLogin(provider: Provider, uid: string): Promise<string | undefined> {
  return finish(provider, uid, {
    error: 'access_denied',
    error_description: 'the person cancelled the sign-in',
  });
}

async function finish(
  provider: Provider,
  uid: string,
  result: InteractionResults,
): Promise<string | undefined> {
  const interaction = await provider.Interaction.find(uid);
  if (interaction === undefined) return undefined;
  interaction.result = result;
  await interaction.persist();
  return interaction.returnTo;
}
