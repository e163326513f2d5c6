import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import type { AuthenticatorId, Factor } from '../domain/factor.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { PersonId } from '../domain/person.ts';
import type { ReaderId } from '../domain/reader.ts';
import { factorsOfSession } from './session-factors.ts';

/** A sign-in that waits for its person. */
export interface OpenInteraction {
  readonly uid: string;
  /** Never leaves the provider. */
  readonly secret: string;
  /** The authorization request's parameters, as the client sent them. */
  readonly params: { readonly [name: string]: unknown };
  readonly expiresAtSeconds: number;
  /** What was proved in it so far. */
  readonly proved: readonly Factor[];
  /** What the session of its browser holds for its client. */
  readonly held: readonly Factor[];
  /** Who is signed in in its browser, at whatever client. */
  readonly signedIn?: PersonId;
  /** Somebody else than who is signed in said so, and wants to sign in. */
  readonly isSwitching: boolean;
  /** The prompt that it answers, and why the library or our rules ask for it. */
  readonly prompt: string;
  readonly reasons: readonly string[];
}

/** The interaction whose cookie this browser sends; `undefined` when it has ended or was never this browser's. */
export async function browsersInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<OpenInteraction | undefined> {
  try {
    return await openOf(provider, await provider.interactionDetails(request, response));
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

/** An interaction that this browser is known to have started. */
export async function findInteraction(provider: Provider, uid: string): Promise<OpenInteraction | undefined> {
  const interaction = await provider.Interaction.find(uid);
  return interaction === undefined ? undefined : openOf(provider, interaction);
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

async function openOf(
  provider: Provider,
  { uid, cid, params, exp, result, session, prompt }: Interaction,
): Promise<OpenInteraction> {
  const { uid: sessionUid, accountId } = session ?? {};
  const held = await factorsOfSession(provider, sessionUid, {
    ...{ clientId: String(params.client_id), accountId },
  });
  // Written by `keepProved`, into a store that nobody else writes.
  const { factors = [], switching = false } = (result ?? {}) as {
    readonly factors?: readonly Factor[];
    readonly switching?: boolean;
  };
  return {
    ...{ uid, secret: cid, params, expiresAtSeconds: exp },
    ...{ proved: factors, held, isSwitching: switching },
    ...{ prompt: prompt.name, reasons: prompt.reasons },
    ...(accountId === undefined ? {} : { signedIn: accountId as PersonId }),
  };
}

/** Who is signed in goes on as that person, and says so. @returns where the browser goes */
export function continueAs(provider: Provider, uid: string): Promise<string | undefined> {
  return finish(provider, uid, { select_account: {} });
}

/** Keeps what was proved until the rest is. */
export async function keepProved(provider: Provider, uid: string, factors: readonly Factor[]): Promise<void> {
  await note(provider, uid, { factors });
}

/** Somebody else than who is signed in goes on: what is held does not count, nor what was proved so far. */
export async function switchPerson(provider: Provider, uid: string): Promise<void> {
  await note(provider, uid, { switching: true, factors: [] });
}

async function note(provider: Provider, uid: string, changes: InteractionResults): Promise<void> {
  const interaction = await provider.Interaction.find(uid);
  if (interaction === undefined) return;
  interaction.result = { ...interaction.result, ...changes };
  await interaction.persist();
}

/**
 * Lets a sign-in go on with what its person proved, by card or otherwise. Its moment becomes `auth_time`: the browser may
 * come back for its outcome minutes later.
 * @param factors everything that speaks for the person, where that is more than the one.
 * @returns where the browser goes; `undefined` when it has expired.
 */
export function finishLogin(
  provider: Provider,
  uid: string,
  factor: Factor,
  factors: readonly Factor[] = [factor],
): Promise<string | undefined> {
  const { personId, authenticator, acr, amr, at, readerId } = factor;
  // Not remembered: the session ends with the browser, which may stand on a shared desk.
  const ts = Math.floor(at / msPerSecond);
  const login = { accountId: personId, acr, amr: [...amr], ts, remember: false };
  const reader = readerId === undefined ? {} : { reader: readerId };
  const basis = authenticator ?? 'person';
  return finish(provider, uid, { login, factors, basis, ...reader, select_account: {} });
}

/** What a login that `finishLogin` let go on rests on; `undefined`: nothing was decided. */
export function basisOf({ basis }: InteractionResults): AuthenticatorId | 'person' | undefined {
  return typeof basis === 'string' ? (basis as AuthenticatorId) : undefined;
}

/** The reader at which it was proved; `undefined`: none took part. */
export function readerOf({ reader }: InteractionResults): ReaderId | undefined {
  return typeof reader === 'string' ? (reader as ReaderId) : undefined;
}

/** Everything that speaks for the person whom `finishLogin` let go on. */
export function factorsOf({ factors }: InteractionResults): readonly Factor[] {
  return Array.isArray(factors) ? (factors as readonly Factor[]) : [];
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
