import { CsvError, parse } from 'csv-parse/sync';
import { InvalidInput } from '../../idp/domain/fault.ts';

/** One line of a file that links people with a connected system. */
export interface IdentifierRow {
  /** As editors count them. */
  readonly line: number;
  readonly uid: string;
  readonly identifier: string;
}

const header = ['uid', 'identifier'];
const maxBytes = 64 * 1024 * 1024;

/**
 * Reads identifiers from CSV (RFC 4180), header `uid,identifier`; what the rows say is for the flow to judge.
 * @param bytes UTF-8 with or without BOM.
 * @throws {InvalidInput} `ERR_IDENTIFIERS_CSV` when it is no such file.
 */
export function readIdentifiersCsv(bytes: Uint8Array): readonly IdentifierRow[] {
  if (bytes.length > maxBytes) throw csvError('The file is larger than 64 MiB: split it.');
  try {
    const rows = parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), {
      ...{ bom: true, info: true, trim: true, skip_empty_lines: true, max_record_size: 64 * 1024 },
      columns: (names: string[]) => checkHeader(names),
    }) as unknown as readonly {
      readonly record: Partial<IdentifierRow>;
      readonly info: { readonly lines: number };
    }[];
    return rows.map(({ record: { uid = '', identifier = '' }, info: { lines } }) => ({
      line: lines,
      uid,
      identifier,
    }));
  } catch (error) {
    if (error instanceof InvalidInput) throw error;
    const at = error instanceof CsvError && typeof error.lines === 'number' ? `line ${error.lines}: ` : '';
    throw csvError(`${at}${error instanceof CsvError ? error.message : 'the file is not UTF-8'}`);
  }
}

function checkHeader(names: string[]): string[] {
  if (header.every((name) => names.includes(name)) && names.length === header.length) return names;
  throw csvError(`line 1: the columns are ${header.join(',')}.`);
}

function csvError(message: string): InvalidInput {
  return new InvalidInput('ERR_IDENTIFIERS_CSV', `Nothing was linked.\n${message}`);
}
