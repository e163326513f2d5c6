import type { Client, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Factor } from '../domain/factor.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import type { Clock } from '../ports/clock.ts';
import { settingsOf } from './client-settings.ts';

/** A working day, counted from the sign-in. */
export const sessionSeconds = 8 * 3_600;
/** From the client's request to the sign-in: long enough to fetch a card. */
export const interactionSeconds = 600;
/** What a client was given, however often it asks for more of it; or as long as the card is valid. */
export const grantSeconds = 14 * 86_400;

/** How long each artifact lives, in seconds. */
export function lifetimes(clock: Clock, clients: KnownClients): NonNullable<Configuration['ttl']> {
  const of = (client: Client) => settingsOf(clients, client).lifetimes;
  return {
    AccessToken: (_ctx, _token, client) => of(client).accessTokenSeconds,
    AuthorizationCode: 60,
    IdToken: (_ctx, _token, client) => of(client).idTokenSeconds,
    Interaction: interactionSeconds,
    Grant: grantSeconds,
    RefreshToken: (ctx, _token, client) => refreshLifetime(ctx, of(client).refreshTokenSeconds),
    PushedAuthorizationRequest: 60,
    Session: (_ctx: KoaContextWithOIDC, session) => sessionLifetime(newestSignIn(session), clock),
  };
}

/** A session speaks to each client of that client's own sign-in; it lasts as long as the newest of them. */
function newestSignIn({ loginTs, authorizations }: SessionTimes): number | undefined {
  const times = Object.values(authorizations ?? {}).flatMap(({ factors = [] }: ClientPart) =>
    factors.map(({ at }) => Math.floor(at / msPerSecond)),
  );
  return loginTs === undefined ? undefined : Math.max(loginTs, ...times);
}

/** What `session-factors.ts` keeps there. */
interface ClientPart {
  readonly factors?: readonly Pick<Factor, 'at'>[];
}

interface SessionTimes {
  readonly loginTs?: number | undefined;
  readonly authorizations?: object | undefined;
}

/**
 * Of the whole family: a token that takes the place of another lives no longer than that one would have, and none
 * outlives the grant, which ends with the card.
 */
function refreshLifetime({ oidc: { entities } }: KoaContextWithOIDC, familySeconds: number): number {
  const { Grant, RotatedRefreshToken } = entities;
  const left = [Grant, RotatedRefreshToken].map((before) => before?.remainingTTL ?? familySeconds);
  // The library insists on a positive number; who has no second left gets one.
  return Math.max(1, Math.min(familySeconds, ...left));
}

/** Nobody signed in: as long as the interaction. Otherwise what is left of the day, so that use does not prolong it. */
function sessionLifetime(signedInAtSeconds: number | undefined, clock: Clock): number {
  if (signedInAtSeconds === undefined) return interactionSeconds;
  // The library insists on a positive number; `sessionTooOld` is what ends a session.
  return Math.max(1, signedInAtSeconds + sessionSeconds - Math.floor(clock.now() / msPerSecond));
}
