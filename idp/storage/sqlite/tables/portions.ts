const rowsAtOnce = 500;

/** Rows in portions that fit one statement: SQLite counts its parameters. */
export function* inPortions<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) yield rows.slice(from, from + rowsAtOnce);
}
