import { join } from 'node:path';

/** What the running server answers a command. */
export type Answer =
  | { readonly output: unknown }
  | { readonly error: { readonly code: string; readonly message: string; readonly fault: boolean } };

/** Names the file that the caller made in `proofDirectory` to show who it is. */
export const proofHeader = 'x-kazasu-proof';

export function socketPath(dataDir: string): string {
  return join(dataDir, 'control', 'kazasu.sock');
}

export function proofDirectory(dataDir: string): string {
  return join(dataDir, 'control');
}
