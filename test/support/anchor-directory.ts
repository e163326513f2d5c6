import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnchorStore, openAnchorStore } from '../../idp/jpki/anchor-store.ts';
import { createAnchorFiles } from '../../idp/storage/anchor-files.ts';
import { pem } from './test-pki.ts';

/** The real store of anchors, on a directory that holds these; those of tests are allowed. */
export function anchorDirectoryOf(
  directory: string,
  anchors: readonly { readonly der: Uint8Array }[] = [],
): AnchorStore {
  mkdirSync(directory, { recursive: true });
  anchors.forEach(({ der }, index) => {
    writeFileSync(join(directory, `${index}.pem`), pem('CERTIFICATE', der));
  });
  return openAnchorStore({ directory, files: createAnchorFiles(directory), allowTestAuthorities: true });
}
