import { CsvError, parse } from 'csv-parse/sync';
import { InvalidInput } from '../../idp/domain/fault.ts';
import type { ReleasedPerson } from '../../idp/domain/person.ts';

const columns = [
  'uid',
  'employeeNumber',
  'displayName',
  'displayNameKana',
  'mail',
  'organization',
  'department',
  'title',
  'groups',
] as const;
type Row = { readonly [name in (typeof columns)[number]]?: string };

interface ReadRow {
  readonly record: Row;
  /** `error`: the row has another number of fields than the header. */
  readonly info: { readonly lines: number; readonly error?: Error };
}

const required = ['uid', 'displayName', 'organization'] as const;
const maxBytes = 64 * 1024 * 1024;
const maxFieldLength = 200;
const shownProblems = 100;

/**
 * Reads people from CSV (RFC 4180): header `uid,employeeNumber,displayName,…`, groups separated by `;`.
 * @param bytes UTF-8 with or without BOM, or Shift_JIS when said so.
 * @throws {InvalidInput} `ERR_PEOPLE_CSV` naming every broken row by its line; then nothing of the file counts.
 */
export function readPeopleCsv(
  bytes: Uint8Array,
  encoding: 'utf-8' | 'shift_jis' = 'utf-8',
): readonly ReleasedPerson[] {
  if (bytes.length > maxBytes) throw csvError('The file is larger than 64 MiB: split it.');
  const rows = readRows(decode(bytes, encoding));
  const problems: string[] = [];
  const seen = new Map<string, number>();
  const people = rows.map(({ record, info }) => {
    const problem = lengthProblem(info) ?? rowProblem(record) ?? duplicateProblem(record, seen, info.lines);
    if (problem !== undefined) problems.push(`line ${info.lines}: ${problem}`);
    return toPerson(record);
  });
  if (problems.length > 0) throw csvError(`Nothing was imported.\n${summary(problems)}`);
  if (people.length === 0) throw csvError('The file holds no people: one line each, below the header.');
  return people;
}

function decode(bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    const hint = encoding === 'utf-8' ? 'Is it Shift_JIS? Then add --encoding shift_jis.' : '';
    throw new InvalidInput('ERR_PEOPLE_CSV', `The file is not ${encoding}. ${hint}`.trim(), cause);
  }
}

function readRows(text: string): readonly ReadRow[] {
  try {
    return parse(text, {
      bom: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
      // Such a row is told with all the others instead of hiding them.
      relax_column_count: true,
      max_record_size: 64 * 1024,
      columns: (header: string[]) => checkHeader(header),
    }) as unknown as readonly ReadRow[];
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    const at = error instanceof CsvError && typeof error.lines === 'number' ? `line ${error.lines}: ` : '';
    throw csvError(
      `Nothing was imported.\n${at}${error instanceof Error ? error.message : 'cannot be read'}`,
    );
  }
}

function checkHeader(header: readonly string[]): string[] {
  const unknown = header.filter((name) => !(columns as readonly string[]).includes(name));
  const missing = required.filter((name) => !header.includes(name));
  const twice = header.filter((name, at) => header.indexOf(name) !== at);
  const problems = [
    ...unknown.map((name) => `unknown column "${name.slice(0, 40)}"`),
    ...missing.map((name) => `column "${name}" is missing`),
    ...twice.map((name) => `column "${name.slice(0, 40)}" stands twice`),
  ];
  if (problems.length > 0)
    throw csvError(`line 1: ${problems.join(', ')}. The columns are ${columns.join(',')}.`);
  return [...header];
}

function lengthProblem({ error }: ReadRow['info']): string | undefined {
  return error && 'has another number of fields than the header: is a comma missing, or not in quotes?';
}

function rowProblem(row: Row): string | undefined {
  const empty = required.find((name) => (row[name] ?? '') === '');
  if (empty !== undefined) return `${empty} is empty`;
  if (!/^[a-zA-Z0-9][\w.-]{0,63}$/.test(row.uid ?? '')) {
    return 'uid has 1 to 64 letters, digits, ".", "_" or "-", and begins with a letter or digit';
  }
  if (row.mail && !/^[^\s@]+@[^\s@]+$/.test(row.mail)) return 'mail is no address';
  const long = columns.find((name) => name !== 'groups' && (row[name] ?? '').length > maxFieldLength);
  if (long !== undefined) return `${long} is longer than ${maxFieldLength} characters`;
  // Control characters would travel into LDAP answers, tokens and terminals.
  const control = columns.find((name) => /\p{Cc}/u.test(row[name] ?? ''));
  return control === undefined ? undefined : `${control} holds a control character`;
}

function duplicateProblem({ uid = '' }: Row, seen: Map<string, number>, line: number): string | undefined {
  const first = seen.get(uid.toLowerCase());
  seen.set(uid.toLowerCase(), first ?? line);
  return first === undefined ? undefined : `uid ${uid} stands on line ${first} already`;
}

function toPerson(row: Row): ReleasedPerson {
  const optional = (['employeeNumber', 'displayNameKana', 'mail', 'department', 'title'] as const)
    .map((name) => [name, row[name]] as const)
    .filter(([, value]) => value !== undefined && value !== '');
  return {
    uid: row.uid ?? '',
    displayName: row.displayName ?? '',
    organization: row.organization ?? '',
    groups: (row.groups ?? '')
      .split(';')
      .map((group) => group.trim())
      .filter((group) => group !== ''),
    ...Object.fromEntries(optional),
  };
}

function summary(problems: readonly string[]): string {
  const more = problems.length - shownProblems;
  return [...problems.slice(0, shownProblems), ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

function csvError(message: string): InvalidInput {
  return new InvalidInput('ERR_PEOPLE_CSV', message);
}
