import { type Instant, msPerSecond } from './instant.ts';

/** What tokens may be signed with; ES256 unless a client says otherwise. @see RFC 7518 §3.1, RFC 8037 §3.1 */
export const signingAlgorithms = ['ES256', 'RS256', 'EdDSA'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** @returns `undefined` for `none`, for what a secret signs (HS256), and for anything else. */
export function parseSigningAlgorithm(text: string): SigningAlgorithm | undefined {
  return signingAlgorithms.find((name) => name === text);
}

/**
 * `next`: published, so that clients know it before it signs. `current`: signs. `retiring`: signs no more, verifies what
 * it signed. `withdrawn`: verifies nothing; its private half is gone.
 */
export type SigningKeyState = 'next' | 'current' | 'retiring' | 'withdrawn';

/** What everybody may know of one key. */
export interface SigningKeyFacts {
  /** Its thumbprint (RFC 7638). */
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly state: SigningKeyState;
  /** When it came into this state. */
  readonly since: Instant;
}

/** How long a key is in each state. */
export interface SigningKeyPlan {
  /** A key is published at least so long before it signs: longer than clients keep `/jwks`. */
  readonly publishSeconds: number;
  readonly useSeconds: number;
  /** So long it verifies after its last signature: longer than what it signed is of use. */
  readonly retireSeconds: number;
}

/** A key that is to be made. */
export type WantedKey = Pick<SigningKeyFacts, 'alg' | 'state' | 'since'>;

/** What the keys become: those that stay, in their new states, and those that are made. */
export interface KeyChange {
  readonly keys: readonly SigningKeyFacts[];
  readonly wanted: readonly WantedKey[];
}

/** What time brings about: keys follow each other, old ones go, and every algorithm in use has its next one at hand. */
export function dueChange(
  keys: readonly SigningKeyFacts[],
  plan: SigningKeyPlan,
  now: Instant,
  inUse: readonly SigningAlgorithm[] = [],
): KeyChange {
  const kept = keys.filter(
    ({ state, since }) => state !== 'retiring' || now < since + plan.retireSeconds * msPerSecond,
  );
  const turned = signingAlgorithms.reduce<readonly SigningKeyFacts[]>((before, alg) => {
    const current = before.find((key) => key.alg === alg && key.state === 'current');
    if (current === undefined || now < current.since + plan.useSeconds * msPerSecond) return before;
    return readyAt(before, alg, plan) <= now ? succeeded(before, alg, now) : before;
  }, kept);
  return completed(turned, now, inUse);
}

/** When the next key of an algorithm will have been published for long enough; `Infinity` where there is none. */
export function readyAt(
  keys: readonly SigningKeyFacts[],
  alg: SigningAlgorithm,
  { publishSeconds }: Pick<SigningKeyPlan, 'publishSeconds'>,
): Instant {
  const next = keys.find((key) => key.alg === alg && key.state === 'next');
  return next === undefined ? Number.POSITIVE_INFINITY : next.since + publishSeconds * msPerSecond;
}

/** The next key signs from now on, and the one that signed so far retires. */
export function rotated(
  keys: readonly SigningKeyFacts[],
  algorithms: readonly SigningAlgorithm[],
  now: Instant,
): KeyChange {
  return completed(
    algorithms.reduce<readonly SigningKeyFacts[]>((before, alg) => succeeded(before, alg, now), keys),
    now,
  );
}

/** The key verifies nothing any more; where it signed, the next one does. */
export function withdrawn(keys: readonly SigningKeyFacts[], kid: string, now: Instant): KeyChange {
  const marked = keys.map((key) =>
    key.kid === kid ? { ...key, state: 'withdrawn' as const, since: now } : key,
  );
  const leaked = keys.find((key) => key.kid === kid);
  return completed(leaked?.state === 'current' ? succeeded(marked, leaked.alg, now) : marked, now);
}

/** Whether an algorithm has keys that live. */
export function isInUse(keys: readonly SigningKeyFacts[], alg: SigningAlgorithm): boolean {
  return keys.some((key) => key.alg === alg && key.state !== 'withdrawn');
}

function succeeded(
  keys: readonly SigningKeyFacts[],
  alg: SigningAlgorithm,
  now: Instant,
): readonly SigningKeyFacts[] {
  return keys.map((key) => {
    if (key.alg !== alg) return key;
    if (key.state === 'current') return { ...key, state: 'retiring', since: now };
    return key.state === 'next' ? { ...key, state: 'current', since: now } : key;
  });
}

/** A signing key and a next one for every algorithm that was ever in use: clients that chose it are still there. */
function completed(
  keys: readonly SigningKeyFacts[],
  now: Instant,
  inUse: readonly SigningAlgorithm[] = [],
): KeyChange {
  const wanted = signingAlgorithms.flatMap((alg): readonly WantedKey[] => {
    const ofAlg = keys.filter((key) => key.alg === alg);
    if (ofAlg.length === 0 && !inUse.includes(alg)) return [];
    return (['current', 'next'] as const)
      .filter((state) => !ofAlg.some((key) => key.state === state))
      .map((state) => ({ alg, state, since: now }));
  });
  return { keys, wanted };
}
