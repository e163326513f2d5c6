/**
 * Whether one sample tends to be larger than the other, by ranks: no assumption on how times are distributed.
 * @returns z, normally distributed around 0 where it does not; ties share their ranks.
 * @see Mann & Whitney 1947
 */
export function rankTest(one: readonly number[], other: readonly number[]): number {
  const all = [
    ...one.map((value) => ({ value, ofOne: true })),
    ...other.map((value) => ({ value, ofOne: false })),
  ].sort((a, b) => a.value - b.value);
  let [rankSum, tieTerm] = [0, 0];
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    const shared = (from + 1 + to) / 2;
    rankSum += shared * all.slice(from, to).filter(({ ofOne }) => ofOne).length;
    tieTerm += (to - from) ** 3 - (to - from);
    from = to;
  }
  const [n, m] = [one.length, other.length];
  const u = rankSum - (n * (n + 1)) / 2;
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - tieTerm / (total * (total - 1)));
  return variance === 0 ? 0 : (u - (n * m) / 2) / Math.sqrt(variance);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
