import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateVectors } from './certificates.ts';
import { crlVectors } from './lists.ts';
import { ocspVectors } from './ocsp-answers.ts';
import {
  authoritiesOf,
  keyFile,
  openVectorPki,
  type TestKeyName,
  testKeys,
  vectorsDirectory,
} from './pki.ts';
import { proofVectors } from './proofs.ts';
import { folder } from './vector.ts';

/**
 * The vectors: files that are accepted, or refused for exactly the reason that their name begins with. `vectors.test.ts`
 * judges every file with the product's own checks at one fixed moment.
 *
 * To add one (and whoever adds a reason to a closed set must: the tables name every reason of it, or do not compile):
 * 1. write its maker under its reason: `certificates.ts`, `lists.ts`, `ocsp-answers.ts` or `proofs.ts`;
 * 2. `npx node test/vectors/make.ts` writes the files that are not there yet, and touches no other;
 * 3. commit maker and file. To make a file anew, delete it first.
 *
 * A reason that only a flow finds (a list's number that went back) is judged after the state that `vectors.test.ts`
 * prepares: the list `crl/accepted.number-7.der` was applied before.
 */
export const folders = {
  certificate: folder(certificateVectors, 'der'),
  crl: folder(crlVectors, 'der'),
  ocsp: folder(ocspVectors, 'der'),
  proof: folder(proofVectors, 'json'),
} as const;

function writeMissing(path: string, content: () => Uint8Array | string): number {
  if (existsSync(path)) return 0;
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content());
  return 1;
}

/** RSA keys need their exponent, EC keys their curve; PKCS #8 in PEM. */
function newKey(name: TestKeyName): string {
  const kind = testKeys[name];
  const { privateKey } =
    'namedCurve' in kind ? generateKeyPairSync('ec', kind) : generateKeyPairSync('rsa', kind);
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function main(): void {
  let written = 0;
  for (const name of Object.keys(testKeys) as TestKeyName[]) {
    written += writeMissing(keyFile(name), () => newKey(name));
  }
  for (const [name, { certificate }] of Object.entries(authoritiesOf(openVectorPki().key))) {
    const path = join(vectorsDirectory, 'anchors', `${name}-authority.der`);
    written += writeMissing(path, () => certificate);
  }
  for (const [name, { vectors }] of Object.entries(folders)) {
    for (const { fileName, make } of vectors) {
      // A world of its own: its serial numbers start anew, so that no file depends on those made before it.
      written += writeMissing(join(vectorsDirectory, name, fileName), () => make(openVectorPki()));
    }
  }
  console.log(`${written} files written.`);
}

if (import.meta.main) main();
