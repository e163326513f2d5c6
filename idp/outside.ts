import { openCarriedLists } from '../connectors/jpki/carried-lists.ts';
import { createCrlSource } from '../connectors/jpki/crl-source.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { anchorDirectory } from './data-directory.ts';
import { defaultCardProfiles } from './domain/card-profile.ts';
import type { Outside } from './flows/carry-lists.ts';
import { openAnchorStore } from './jpki/anchor-store.ts';
import { loadCardProfiles } from './jpki/card-profile-file.ts';
import { readCrlClaims } from './jpki/crl/crl-claims.ts';
import { createCrlReader } from './jpki/crl/crl-reader.ts';
import type { CrlReader } from './ports/jpki.ts';
import { createAnchorFiles } from './storage/anchor-files.ts';

/**
 * What fetches lists on the network side that reaches the issuer's directory, from the environment alone: no record is
 * opened and no key is made.
 * @throws {InvalidInput} `ERR_ANCHOR`, `ERR_TEST_ANCHOR`, `ERR_CARD_PROFILE`, `ERR_CRL_SOURCE`.
 */
export function openOutside(config: Config, wanted: Outside['wanted']): Outside {
  const crlReader = readerOf(config);
  return {
    clock: systemClock,
    crlSources: config.crlSources.map((address) => createCrlSource(address, { httpProxy: config.httpProxy })),
    ...(crlReader === undefined ? {} : { crlReader }),
    claimsOf: readCrlClaims,
    carriedLists: openCarriedLists,
    wanted,
  };
}

function readerOf(config: Config): CrlReader | undefined {
  const directory = anchorDirectory(config);
  const allowTestAuthorities = config.jpkiAllowTestCa;
  const files = createAnchorFiles(directory);
  const mayBeMissing = config.jpkiAnchors === '';
  const anchors = openAnchorStore({ directory, files, mayBeMissing, allowTestAuthorities }).list();
  if (anchors.length === 0) return undefined;
  const profiles = config.jpkiProfiles === '' ? defaultCardProfiles : loadCardProfiles(config.jpkiProfiles);
  return createCrlReader({ anchors, profiles, allowTestAuthorities });
}
