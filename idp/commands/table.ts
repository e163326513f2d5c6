import { inJapan } from '../domain/crl-alarm.ts';

/** Columns with a space between; East Asian wide characters take two cells. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  empty: string,
): string {
  if (rows.length === 0) return empty;
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => cells(row[column] ?? ''))));
  return all
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `2026-11-22T03:00:00Z`: to the second, in UTC. */
export function isoTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** `2031-05`: an expiry to the month only, because a certificate ends on its holder's birthday. */
export function isoMonth(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}

/** `2026-11-23 05:40 JST` of a time as JSON has it: people here live by that clock. */
export function timeInJapan(iso: string): string {
  return inJapan(Date.parse(iso));
}

/** `2026-11-23`: the day there. */
export function dayInJapan(iso: string): string {
  return timeInJapan(iso).slice(0, 10);
}

/** `1 list`, `2 lists`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** A path as a shell takes it whole. */
export function shellWord(path: string): string {
  return /^[\w./@%+:,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** The beginning of a text that fits into so many cells. */
export function cut(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let [kept, room] = ['', width - 1];
  for (const character of text) {
    room -= cells(character);
    if (room < 0) break;
    kept += character;
  }
  return `${kept}…`;
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - cells(cell)));
}

function cells(text: string): number {
  return [...text].reduce(
    (sum, character) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
        character,
      )
        ? 2
        : 1),
    0,
  );
}
