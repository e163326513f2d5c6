import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInput } from '../domain/fault.ts';
import type { AnchorFiles } from '../ports/anchors.ts';
import { syncDirectory, written } from './durable-file.ts';

/** Anchors as files: readable by everybody, the certificates are public; written by the owner of the directory alone. */
export function createAnchorFiles(directory: string): AnchorFiles {
  return {
    put: (name, pem) =>
      orNotWritable(directory, async () => {
        await made(directory);
        const path = join(directory, name);
        await written(await open(`${path}.new`, 'w', 0o644), pem);
        await rename(`${path}.new`, path);
        await syncDirectory(directory);
      }),
    remove: (name) =>
      orNotWritable(directory, async () => {
        await rm(join(directory, name), { force: true });
        await syncDirectory(directory);
      }),
  };
}

async function made(directory: string): Promise<void> {
  // Not recursive: what lies above was there when the directory was named.
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function orNotWritable(directory: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new InvalidInput(
      'ERR_ANCHOR_DIRECTORY',
      `${directory} cannot be written: let the user of the server own it, or name another in KAZASU_JPKI_ANCHORS.`,
      cause,
    );
  }
}
