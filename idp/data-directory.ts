import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInput } from './domain/fault.ts';
import type { SystemRecord } from './ports/system-record.ts';

const demoMark = 'demo';

/** Makes the data directory, for its owner only. @throws {InvalidInput} `ERR_DATA_DIR` */
export function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    chmodSync(dataDir, 0o700);
  } catch (cause) {
    throw new InvalidInput(
      'ERR_DATA_DIR',
      `${dataDir} cannot be made: name another in KAZASU_DATA_DIR.`,
      cause,
    );
  }
}

/** Where the CA certificates lie: the directory that the operator named, or one of ours. */
export function anchorDirectory(config: { readonly jpkiAnchors: string; readonly dataDir: string }): string {
  return config.jpkiAnchors === '' ? join(config.dataDir, 'anchors') : config.jpkiAnchors;
}

/**
 * A record is a demonstration's, with a test authority, or in real use; it never becomes the other.
 * @throws {InvalidInput} `ERR_DEMO_DATA`
 */
export async function claimFor(record: SystemRecord, use: 'demonstration' | 'real use'): Promise<void> {
  const marked = (await record.settings.get(demoMark)) !== undefined;
  if (marked && use === 'real use') {
    throw new InvalidInput(
      'ERR_DEMO_DATA',
      'This data directory belongs to a demonstration, with a test authority: name another in KAZASU_DATA_DIR.',
    );
  }
  if (marked || use === 'real use') return;
  if ((await record.organizations.list()).length > 0) {
    throw new InvalidInput(
      'ERR_DEMO_DATA',
      'This data directory is in real use: the demonstration needs one of its own.',
    );
  }
  await record.change((tables) => tables.settings.set(demoMark, 'for ever'));
}
