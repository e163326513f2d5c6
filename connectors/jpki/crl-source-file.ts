import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
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
        if (files.length === 0)
          throw unavailable(`looked for “${crlFileName(distributionPoint)}”, none is there`);
        const lists: Uint8Array[] = [];
        for (const file of files) lists.push(await readAtMost(file, limits));
        const octets = lists.reduce((sum, { length }) => sum + length, 0);
        onOctets?.(octets, octets);
        return lists;
      } catch (error) {
        if (error instanceof Fault) throw error;
        throw unavailable(reasonOf(error), error);
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
  throw unavailable(`“${basename(path)}” is no file of at most ${maxOctets} octets`);
}

function unavailable(message: string, cause?: unknown): Fault {
  return new Fault('ERR_CRL_SOURCE_UNAVAILABLE', message, cause);
}

/** What may not be read is there: whoever looks for it elsewhere looks in vain. */
function reasonOf(error: unknown): string {
  const { code = 'unknown', path = '' } = error as NodeJS.ErrnoException;
  const what = path === '' ? 'it' : `“${basename(path)}”`;
  if (code === 'ENOENT' || code === 'ENOTDIR') return `${what} is not there`;
  if (code === 'EACCES' || code === 'EPERM') return `the user of this program may not read ${what}`;
  return `${what} cannot be read (${code})`;
}
