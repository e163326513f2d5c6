import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { OpensslDesk } from '../support/openssl.ts';

/** A program is started for every list: a shell starts them one after the other, and there may be several shells. */
const listsOfAShell = 50;
/** Printed after each. */
const mark = '-- end of list --';

/** What `openssl crl -text` prints of each list; empty where it cannot read one. */
export async function textsOf(desk: OpensslDesk, lists: readonly Uint8Array[]): Promise<readonly string[]> {
  const files = lists.map((der, index) => desk.put(`random-${index}.crl`, der));
  const script = 'for file do openssl crl -inform der -in "$file" -noout -text; echo "$mark"; done; true';
  const texts = await Promise.all(
    Array.from({ length: Math.ceil(files.length / listsOfAShell) }, async (_, index) => {
      const some = files.slice(index * listsOfAShell, (index + 1) * listsOfAShell);
      const { stdout } = await promisify(execFile)('sh', ['-c', script, 'sh', ...some], {
        maxBuffer: 256 * 1024 * 1024,
        env: { ...process.env, mark },
      });
      return stdout.split(`${mark}\n`).slice(0, -1);
    }),
  );
  return texts.flat();
}

const opensslReasons: Readonly<Record<string, string>> = {
  Unspecified: 'unspecified',
  'Key Compromise': 'keyCompromise',
  'CA Compromise': 'cACompromise',
  'Affiliation Changed': 'affiliationChanged',
  Superseded: 'superseded',
  'Cessation Of Operation': 'cessationOfOperation',
  'Certificate Hold': 'certificateHold',
  'Remove From CRL': 'removeFromCRL',
  'Privilege Withdrawn': 'privilegeWithdrawn',
  'AA Compromise': 'aACompromise',
};

/** What `openssl crl -text` prints of the entries. */
export function entriesIn(text: string) {
  return text
    .split('    Serial Number: ')
    .slice(1)
    .map((entry) => {
      const reason = /CRL Reason Code: (?:critical)?\n\s+(.*)/.exec(entry)?.[1]?.trim();
      return {
        serialNumber: (entry.split('\n')[0] ?? '').toLowerCase(),
        revocationDate: dateIn(entry, 'Revocation Date'),
        reason: reason === undefined ? 'unspecified' : opensslReasons[reason],
      };
    });
}

/** openssl prints long numbers in hex. */
export function crlNumberIn(text: string): string {
  const number = /CRL Number: \n\s+(\w+)/.exec(text)?.[1] ?? '';
  return number === '' ? '' : BigInt(number).toString();
}

/** `Nov 22 03:00:00 2026 GMT` */
export const dateIn = (text: string, name: string): number =>
  Date.parse(new RegExp(`${name}: (.*)`).exec(text)?.[1] ?? '');
