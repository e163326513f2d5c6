import { existsSync } from 'node:fs';
import { InvalidInput } from '../domain/fault.ts';
import type { AnchorFiles, Anchors, PinnedAnchor } from '../ports/anchors.ts';
import { type Anchor, anchorFilesIn, loadAnchors, readAnchor, withoutRepetition } from './anchors.ts';

export interface AnchorStoreOptions {
  readonly directory: string;
  /** How the directory is changed. */
  readonly files: AnchorFiles;
  /** A directory that nobody named may be missing: it is made with the first anchor. */
  readonly mayBeMissing?: boolean;
  /** Never in production. */
  readonly allowTestAuthorities?: boolean;
}

/** The trusted CA certificates, as the checks of certificates and lists need them. */
export interface AnchorStore extends Anchors {
  list(): readonly Anchor[];
}

/**
 * Reads the directory once; what is added and removed from then on holds at once and stays on disk. Files that somebody
 * puts there by hand count from the next start.
 * @throws {InvalidInput} `ERR_ANCHOR` naming the file that is wrong, `ERR_TEST_ANCHOR` for a test authority in real use.
 */
export function openAnchorStore(options: AnchorStoreOptions): AnchorStore {
  const { directory, files, mayBeMissing = false, allowTestAuthorities = false } = options;
  let anchors = mayBeMissing && !existsSync(directory) ? [] : loadAnchors(directory);
  if (!allowTestAuthorities && anchors.some(({ isTest }) => isTest)) throw testAnchorIn(directory);
  return {
    allowsTestAuthorities: allowTestAuthorities,
    list: () => anchors,
    read: readAnchor,
    async add({ der }) {
      const anchor = readAnchor(der);
      withoutRepetition([...anchors, anchor]);
      await files.put(`${anchor.fingerprint.toLowerCase()}.pem`, pemOf(anchor));
      // As they are now: one may have been removed meanwhile.
      anchors = withoutRepetition([...anchors, anchor]);
    },
    async remove({ fingerprint }) {
      const holding = anchorFilesIn(directory).filter(({ content }) => isOf(content, fingerprint));
      for (const { name } of holding) await files.remove(name);
      anchors = anchors.filter((anchor) => anchor.fingerprint !== fingerprint);
    },
  };
}

/** Whether a file holds that anchor; one that cannot be read holds none. */
function isOf(content: Uint8Array, fingerprint: string): boolean {
  try {
    return readAnchor(content).fingerprint === fingerprint;
  } catch (error) {
    if (error instanceof InvalidInput) return false;
    throw error;
  }
}

/** @see RFC 7468 §5 */
function pemOf({ der }: PinnedAnchor): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

const testAnchorIn = (directory: string): InvalidInput =>
  new InvalidInput(
    'ERR_TEST_ANCHOR',
    `${directory} holds a test authority: take it out, or set KAZASU_JPKI_ALLOW_TEST_CA=true on a trial installation.`,
  );
