import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Specimen, specimenOf } from '../support/mutate-structure.ts';
import { vectorsDirectory } from '../vectors/pki.ts';

/** One of the vectors. */
export const original = (folder: string, name: string): Buffer =>
  readFileSync(join(vectorsDirectory, folder, name));

/**
 * What is mutated: the vectors, and under `corpus/` what a long run found, so that no later run has to find it again.
 * In the order of their names: with the seed, every run is the same on every machine.
 */
export function corpusOf(folder: string): readonly Specimen[] {
  const places = [join(vectorsDirectory, folder), join(import.meta.dirname, 'corpus', folder)];
  return places
    .filter((place) => existsSync(place))
    .flatMap((place) =>
      readdirSync(place)
        .sort()
        .map((name) => specimenOf(readFileSync(join(place, name)))),
    );
}
