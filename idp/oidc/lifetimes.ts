import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Factor } from '../domain/factor.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { Clock } from '../ports/clock.ts';

/** A working day, counted from the sign-in. */
export const sessionSeconds = 8 * 3_600;
/** From the client's request to the sign-in: long enough to fetch a card. */
export const interactionSeconds = 600;
/** What a client was given, however often it asks for more of it; or as long as the card is valid. */
export const grantSeconds = 14 * 86_400;

/** How long each artifact lives, in seconds. */
export function lifetimes(clock: Clock): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: 600,
    AuthorizationCode: 60,
    IdToken: 600,
    Interaction: interactionSeconds,
    Grant: grantSeconds,
    RefreshToken: grantSeconds,
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

/** Nobody signed in: as long as the interaction. Otherwise what is left of the day, so that use does not prolong it. */
function sessionLifetime(signedInAtSeconds: number | undefined, clock: Clock): number {
  if (signedInAtSeconds === undefined) return interactionSeconds;
  // The library insists on a positive number; `sessionTooOld` is what ends a session.
  return Math.max(1, signedInAtSeconds + sessionSeconds - Math.floor(clock.now() / msPerSecond));
}
