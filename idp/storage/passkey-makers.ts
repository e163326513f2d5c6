import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInput } from '../domain/fault.ts';

/**
 * Certificates of authenticators' makers whom the administrator believes: every file in `passkey-makers` of the data
 * directory, PEM or DER. Without the directory nobody is believed, and no passkey counts as hardware.
 * @returns PEM.
 * @throws {InvalidInput} `ERR_PASSKEY_MAKER` for a file that is no CA certificate.
 */
export function readPasskeyMakers(dataDir: string): readonly string[] {
  const directory = join(dataDir, 'passkey-makers');
  return namesIn(directory).map((name) => certificateIn(join(directory, name)));
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function certificateIn(path: string): string {
  try {
    const certificate = new X509Certificate(readFileSync(path));
    if (certificate.ca) return certificate.toString();
  } catch (cause) {
    throw noCertificate(path, cause);
  }
  throw noCertificate(path);
}

function noCertificate(path: string, cause?: unknown): InvalidInput {
  const message = `${path} is no CA certificate: put the root certificate of an authenticator's maker there, PEM or DER, or take the file away.`;
  return new InvalidInput('ERR_PASSKEY_MAKER', message, cause);
}
