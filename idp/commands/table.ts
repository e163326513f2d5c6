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

/** A text in so many cells: what is too much goes out of its middle. */
export function cutMiddle(text: string, width: number): string {
  if (cells(text) <= width) return text;
  const characters = [...text];
  const end = within(characters.toReversed(), Math.floor((width - 1) / 2)).reverse();
  const beginning = within(characters, width - 1 - cells(end.join('')));
  return `${beginning.join('')}…${end.join('')}`;
}

/** As many of the first characters as fit. */
function within(characters: readonly string[], width: number): string[] {
  let room = width;
  const after = characters.findIndex((character) => {
    room -= cells(character);
    return room < 0;
  });
  return characters.slice(0, after === -1 ? undefined : after);
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
