import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../idp/domain/fault.ts';
import type { CrlSource } from '../../idp/ports/jpki.ts';
import { crlFileName } from './crl-file-name.ts';
import type { CrlLimits } from './crl-source.ts';

/**
 * Lists in files: a directory with one file a distribution point (`crlFileName`), or one file that is taken for every
 * distribution point; which one it really speaks for, the list itself tells.
 */
export function createFileCrlSource(url: URL, limits: CrlLimits): CrlSource {
  const path = fileURLToPath(url);
  return {
    name: url.href,
    async fetch(distributionPoint) {
      try {
        const isDirectory = (await stat(path)).isDirectory();
        const list = await readAtMost(
          isDirectory ? join(path, crlFileName(distributionPoint)) : path,
          limits,
        );
        return [list];
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

async function readAtMost(path: string, { maxOctets }: CrlLimits): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > maxOctets)
      throw new Fault('ERR_CRL_SOURCE_UNAVAILABLE', `The list is longer than ${maxOctets} octets`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
