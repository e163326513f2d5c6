import { execFileSync, spawnSync } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of files for one test file's calls of openssl. */
export interface OpensslDesk {
  /** Writes a file and tells its path. */
  put(name: string, content: Uint8Array | string): string;
  putKey(name: string, key: KeyObject): string;
  path(name: string): string;
  /** Runs openssl; its standard output. @throws when it fails */
  run(...parameters: readonly string[]): string;
  /** Runs openssl, which may fail. */
  attempt(...parameters: readonly string[]): { readonly succeeded: boolean; readonly output: string };
  remove(): void;
}

export function openDesk(): OpensslDesk {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-openssl-'));
  const path = (name: string): string => join(directory, name);
  const put = (name: string, content: Uint8Array | string): string => {
    writeFileSync(path(name), content);
    return path(name);
  };
  const options = { encoding: 'utf8', cwd: directory, maxBuffer: 256 * 1024 * 1024 } as const;
  return {
    path,
    put,
    putKey: (name, key) => put(name, key.export({ type: 'pkcs8', format: 'pem' })),
    run: (...parameters) => execFileSync('openssl', parameters, { ...options, stdio: 'pipe' }),
    attempt(...parameters) {
      const { status, stdout, stderr } = spawnSync('openssl', parameters, options);
      return { succeeded: status === 0, output: `${stdout}${stderr}` };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
