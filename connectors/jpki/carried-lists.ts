import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInput } from '../../idp/domain/fault.ts';
import type { CarriedFile, CarriedLists } from '../../idp/ports/carried-lists.ts';
import { crlFileName } from './crl-file-name.ts';
import { readListFile } from './list-file.ts';

const ending = '.crl';
/** As much as a source may give; what is longer is no list, and is written over. */
const longestList = 256 * 1024 * 1024;

/**
 * Lists as files of a directory: `<distribution point>.crl`, and where several generations publish under one name
 * `<distribution point>.<issuer key id>.crl`. Whoever copies the directory meanwhile finds old files or new ones, whole.
 */
export function openCarriedLists(directory: string): CarriedLists {
  return {
    of: (distributionPoint) =>
      guarded(directory, async () => {
        const stem = stemOf(distributionPoint);
        const names = await readdir(directory).catch(none);
        const ours = names.filter((name) => isUnder(name, stem)).sort();
        const files: CarriedFile[] = [];
        for (const name of ours) {
          const octets = await readListFile(join(directory, name), longestList);
          if (octets !== undefined) files.push({ name, octets });
        }
        return files;
      }),
    put: (distributionPoint, issuerKeyId, list) =>
      guarded(directory, async () => {
        const generation = issuerKeyId === undefined ? '' : `.${issuerKeyId}`;
        const name = `${stemOf(distributionPoint)}${generation}${ending}`;
        await mkdir(directory, { recursive: true });
        await replace(directory, name, list);
        return name;
      }),
    remove: (name) => guarded(directory, () => rm(join(directory, name), { force: true })),
  };
}

/**
 * Under another name first, which nobody takes for a list: half a list must never lie under the right one. What lies under
 * that name is removed and never written to: whoever else may write there could have made it a link to a file of ours.
 */
async function replace(directory: string, name: string, octets: Uint8Array): Promise<void> {
  const temporary = join(directory, `${name}.new`);
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx');
  try {
    await file.writeFile(octets);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(directory, name));
  if (process.platform === 'win32') return;
  const place = await open(directory, 'r');
  try {
    await place.sync();
  } finally {
    await place.close();
  }
}

function stemOf(distributionPoint: string): string {
  return crlFileName(distributionPoint).slice(0, -ending.length);
}

/** A stem has no dot of its own: it would be percent-encoded. */
function isUnder(name: string, stem: string): boolean {
  if (!name.startsWith(stem) || !name.endsWith(ending)) return false;
  return /^(\.[0-9a-f]+)?$/.test(name.slice(stem.length, -ending.length));
}

function none(error: NodeJS.ErrnoException): readonly string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

async function guarded<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new InvalidInput(
      'ERR_CRL_DIRECTORY',
      `${directory} cannot be used: may you read and write there, and is there room?`,
      cause,
    );
  }
}
