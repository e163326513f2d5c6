/** Random numbers that are the same in every run: a failure can be seen again with its seed. */
export interface Random {
  /** From 0 up to, not including, `bound`. */
  below(bound: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
  octets(length: number): Uint8Array;
}

/** mulberry32 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    octets: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}
