import { Fault, type FaultCode } from '../domain/fault.ts';

/**
 * Reads the fields of one stored row or JSON document into the domain's types.
 * A field that does not fit is a fault, never a default: a damaged row must not become a yes or a no.
 */
export class StoredFields {
  readonly #values: { readonly [name: string]: unknown };
  readonly #where: string;
  readonly #code: FaultCode;

  /** @param where names the table or document in a fault; never holds values. */
  constructor(values: object, where: string, code: FaultCode = 'ERR_RECORD_UNAVAILABLE') {
    this.#values = values as { readonly [name: string]: unknown };
    this.#where = where;
    this.#code = code;
  }

  /** The stored text under its branded type: only what a parser made was ever stored. */
  text<T extends string = string>(name: string): T {
    return this.optionalText<T>(name) ?? this.#unfit(name);
  }

  optionalText<T extends string = string>(name: string): T | undefined {
    const value = this.#values[name] ?? undefined;
    return value === undefined || typeof value === 'string' ? (value as T | undefined) : this.#unfit(name);
  }

  integer(name: string): number {
    return this.optionalInteger(name) ?? this.#unfit(name);
  }

  optionalInteger(name: string): number | undefined {
    const value = this.#values[name] ?? undefined;
    return value === undefined || Number.isSafeInteger(value)
      ? (value as number | undefined)
      : this.#unfit(name);
  }

  number(name: string): number {
    const value = this.#values[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : this.#unfit(name);
  }

  /** `true` and `false`, in a row 1 and 0. */
  flag(name: string): boolean {
    const value = this.#values[name];
    if (value === true || value === 1) return true;
    return value === false || value === 0 ? false : this.#unfit(name);
  }

  oneOf<T extends string>(name: string, words: readonly T[]): T {
    return this.optionalOneOf(name, words) ?? this.#unfit(name);
  }

  optionalOneOf<T extends string>(name: string, words: readonly T[]): T | undefined {
    const value = this.optionalText(name);
    if (value === undefined) return undefined;
    return words.find((word) => word === value) ?? this.#unfit(name);
  }

  /** Octets of a BLOB as lower-case hex. */
  hex<T extends string = string>(name: string): T {
    const value = this.#values[name];
    if (!(value instanceof Uint8Array)) return this.#unfit(name);
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex') as T;
  }

  /** Whether the document has this at all: what a later version added is missing in what an earlier one wrote. */
  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** A list of texts; in a row it is a JSON column. */
  texts<T extends string = string>(name: string): readonly T[] {
    const value = this.#json(name);
    const fits = Array.isArray(value) && value.every((item) => typeof item === 'string');
    return fits ? (value as T[]) : this.#unfit(name);
  }

  /** A list of whole numbers. */
  optionalIntegers(name: string): readonly number[] | undefined {
    const value = this.#json(name) ?? undefined;
    if (value === undefined) return undefined;
    return Array.isArray(value) && value.every(Number.isSafeInteger) ? value : this.#unfit(name);
  }

  textsOf<T extends string>(name: string, words: readonly T[]): readonly T[] {
    const texts = this.texts<T>(name);
    return texts.every((text) => words.includes(text)) ? texts : this.#unfit(name);
  }

  /** A document within; in a row it is a JSON column. */
  fields(name: string): StoredFields {
    return this.optionalFields(name) ?? this.#unfit(name);
  }

  optionalFields(name: string): StoredFields | undefined {
    const value = this.#json(name) ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'object') return this.#unfit(name);
    return new StoredFields(value, `${this.#where}.${name}`, this.#code);
  }

  /** The document as it stands, for what is handed on whole: a key as JSON. */
  values(): { readonly [name: string]: unknown } {
    return { ...this.#values };
  }

  /** Documents within a document. */
  list(name: string): readonly StoredFields[] {
    const value = this.#json(name);
    const fits = Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null);
    if (!fits) return this.#unfit(name);
    return (value as object[]).map((item) => new StoredFields(item, `${this.#where}.${name}`, this.#code));
  }

  #json(name: string): unknown {
    const value = this.#values[name];
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      return this.#unfit(name);
    }
  }

  #unfit(name: string): never {
    throw new Fault(this.#code, `What is stored as ${this.#where}.${name} cannot be read.`);
  }
}

type Present<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out what is `undefined`: an optional field of the domain is absent, not empty. */
export function present<T extends object>(values: T): Present<T> {
  for (const name of Object.keys(values) as (keyof T)[]) {
    if (values[name] === undefined) delete values[name];
  }
  return values as unknown as Present<T>;
}
