import type { TokenLifetimes } from './oidc-settings.ts';

const dayS = 86_400;

/** The shortest and the longest that a client may be given, in seconds. */
export const lifetimeLimits: { readonly [name in keyof TokenLifetimes]: readonly [number, number] } = {
  accessTokenSeconds: [60, 3_600],
  idTokenSeconds: [60, 3_600],
  refreshTokenSeconds: [600, 14 * dayS],
  // A working day: nobody is signed in longer without showing something again.
  sessionSeconds: [60, 8 * 3_600],
};
