import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Reads a list from a directory that others may write to: a pipe there would be waited for, and a device read, for ever.
 * @returns `undefined` when it is no plain file, or longer than `maxOctets`.
 */
export async function readListFile(path: string, maxOctets: number): Promise<Buffer | undefined> {
  // Opening a pipe waits for whoever writes into it, unless told otherwise. Windows knows no such flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size > maxOctets) return undefined;
    // No more than was there: a file may be written to faster than it is read. Of its own: its memory is handed on.
    const octets = Buffer.from(new ArrayBuffer(found.size));
    const { bytesRead } = await file.read(octets, 0, octets.length, 0);
    return octets.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
