import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../idp/domain/fault.ts';
import type { CrlSource } from '../../idp/ports/jpki.ts';
import { crlFileName } from './crl-file-name.ts';
import type { CrlLimits } from './crl-source.ts';
import { readListFile } from './list-file.ts';

const ending = '.crl';

/**
 * Lists in files: a directory with `<distribution point>.crl` (see `crlFileName`), or with one file for each CA generation,
 * `<distribution point>.<issuer key id>.crl`; or one file that is taken for every distribution point: which one it really
 * speaks for, the list itself tells.
 */
export function createFileCrlSource(url: URL, limits: CrlLimits): CrlSource {
  const path = fileURLToPath(url);
  return {
    name: url.href,
    async fetch(distributionPoint, onOctets) {
      try {
        const files = (await stat(path)).isDirectory() ? await filesOf(path, distributionPoint) : [path];
        if (files.length === 0) throw new Error(`${crlFileName(distributionPoint)} is not there`);
        const lists: Uint8Array[] = [];
        for (const file of files) lists.push(await readAtMost(file, limits));
        const octets = lists.reduce((sum, { length }) => sum + length, 0);
        onOctets?.(octets, octets);
        return lists;
      } catch (error) {
        if (error instanceof Fault) throw error;
        throw new Fault(
          'ERR_CRL_SOURCE_UNAVAILABLE',
          `${url.href} has no list of this distribution point`,
          error,
        );
      }
    },
  };
}

/** The name itself has no dot: it would be percent-encoded. */
async function filesOf(directory: string, distributionPoint: string): Promise<readonly string[]> {
  const stem = crlFileName(distributionPoint).slice(0, -ending.length);
  const names = (await readdir(directory)).filter(
    (name) => name.startsWith(stem) && /^(\.[0-9a-f]+)?\.crl$/.test(name.slice(stem.length)),
  );
  return names.sort().map((name) => join(directory, name));
}

async function readAtMost(path: string, { maxOctets }: CrlLimits): Promise<Uint8Array> {
  const octets = await readListFile(path, maxOctets);
  if (octets !== undefined) return octets;
  throw new Fault('ERR_CRL_SOURCE_UNAVAILABLE', `What lies there is no file of at most ${maxOctets} octets`);
}
