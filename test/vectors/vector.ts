import type { VectorPki } from './pki.ts';

/** Makes the contents of one file; every call gets a world whose serial numbers start anew. */
export type Maker = (pki: VectorPki) => Uint8Array | string;

/**
 * The files of one folder: reason → what is wrong → how it is made. The file's name is `<reason>.<what>.<ext>`.
 * The type of each table names every reason of its closed set: a reason without a vector does not compile.
 */
export type VectorTable<Reason extends string> = {
  readonly [reason in Reason | 'accepted']: { readonly [what: string]: Maker };
};

/** One file: `<reason>.<what>.<ext>`. */
export interface Vector {
  readonly fileName: string;
  readonly make: Maker;
}

/** The files of one table, and the reasons among which there must be no empty one. */
export function folder(table: VectorTable<string>, extension: string) {
  const vectors: readonly Vector[] = Object.entries(table).flatMap(([reason, makers]) =>
    Object.entries(makers).map(([what, make]) => ({ fileName: `${reason}.${what}.${extension}`, make })),
  );
  return { reasons: Object.keys(table), vectors };
}

/** What stands before the first dot. */
export const reasonOf = (fileName: string): string => fileName.split('.')[0] ?? '';
