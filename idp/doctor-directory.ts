import { reachConfiguredDirectory } from './compose-directory.ts';
import type { Config } from './config.ts';
import type { Finding } from './doctor.ts';

/** The directory above that is asked about people's passwords. */
export async function lookAtDirectory(config: Config): Promise<Finding> {
  const what = 'directory for passwords';
  try {
    const found = (await reachConfiguredDirectory(config)) ?? 'none: nobody signs in with a password';
    return { what, state: 'ok', found };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { what, state: 'problem', found, next: 'Look at KAZASU_DIRECTORY_URL, _START_TLS and _CA.' };
  }
}
