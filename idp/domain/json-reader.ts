/**
 * Reads one JSON value. What is wrong with it goes to `problems` behind its place; the value that is returned then
 * counts only when there are no problems.
 */
export type JsonReader<T> = (value: unknown, place: string, problems: string[]) => T;

/** A reader that takes what `parse` takes, and says of anything else what it should have been. */
export const value =
  <T>(what: string, parse: (value: unknown) => T | undefined): JsonReader<T> =>
  (json, place, problems) => {
    const read = parse(json);
    if (read === undefined) problems.push(`${place}: is ${what}`);
    // With a problem noted nobody uses it.
    return read as T;
  };

export const oneOf = <T extends string>(...words: readonly T[]): JsonReader<T> =>
  value(`one of ${words.join(', ')}`, (json) => words.find((word) => word === json));

export const integer = (least: number, most: number): JsonReader<number> =>
  value(`a whole number from ${least} to ${most}`, (json) =>
    typeof json === 'number' && Number.isSafeInteger(json) && json >= least && json <= most
      ? json
      : undefined,
  );

export const boolean: JsonReader<boolean> = value('true or false', (json) =>
  typeof json === 'boolean' ? json : undefined,
);

export const text = (what: string, pattern: RegExp): JsonReader<string> =>
  value(what, (json) => (typeof json === 'string' && pattern.test(json) ? json : undefined));

/** Octets in hex of either case, handed on in lower case. */
export const hexOctets = (least: number, most = least): JsonReader<string> => {
  const count = least === most ? `${least}` : `${least} to ${most}`;
  return value(`${count} ${most === 1 ? 'octet' : 'octets'} in hex`, (json) =>
    typeof json === 'string' && new RegExp(`^([0-9a-f]{2}){${least},${most}}$`, 'i').test(json)
      ? json.toLowerCase()
      : undefined,
  );
};

/** A list without repetitions; empty only where that is said. */
export const listOf =
  <T>(item: JsonReader<T>, { empty = false } = {}): JsonReader<readonly T[]> =>
  (json, place, problems) => {
    if (!Array.isArray(json) || (json.length === 0 && !empty)) {
      problems.push(`${place}: is a list${empty ? '' : ' of at least one'}`);
      return [];
    }
    const read = json.map((one, index) => item(one, `${place}[${index}]`, problems));
    if (new Set(read).size !== read.length) problems.push(`${place}: has the same twice`);
    return read;
  };

/** One reader for each field; every field must be there but the optional ones, and no other may be. */
export const objectOf =
  <T extends object>(
    fields: { readonly [Name in keyof T]-?: JsonReader<T[Name]> },
    ...optional: readonly (keyof T & string)[]
  ): JsonReader<T> =>
  (json, place, problems) => {
    const given = isRecord(json) ? json : {};
    if (given !== json) problems.push(`${place}: is an object`);
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(fields, name)) problems.push(`${place}.${name}: is no field of it`);
    }
    const entries = Object.entries<JsonReader<unknown>>(fields).flatMap(([name, read]) => {
      if (given[name] !== undefined) return [[name, read(given[name], `${place}.${name}`, problems)]];
      if (given === json && !(optional as readonly string[]).includes(name)) {
        problems.push(`${place}.${name}: is missing`);
      }
      return [];
    });
    // Every field was read by its own reader, or a problem was noted.
    return Object.fromEntries(entries) as T;
  };

export const isRecord = (json: unknown): json is { readonly [name: string]: unknown } =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
