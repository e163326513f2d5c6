import { createOcspClient } from '../connectors/jpki/ocsp.ts';
import type { Config } from './config.ts';
import { anchorDirectory } from './data-directory.ts';
import { type CardProfile, defaultCardProfiles } from './domain/card-profile.ts';
import type { FlowContext } from './flows/context.ts';
import { openAnchorStore } from './jpki/anchor-store.ts';
import { loadCardProfiles } from './jpki/card-profile-file.ts';
import { createCertificateVerifier } from './jpki/certificate-verifier.ts';
import { createAnchorFiles } from './storage/anchor-files.ts';

/**
 * Certificates and OCSP: what may be believed, and whom we ask.
 * @param ocspHosts that addresses in certificates may name, beside the configured ones
 * @throws {InvalidInput} `ERR_TEST_ANCHOR`, `ERR_ANCHOR`, `ERR_CARD_PROFILE`.
 */
export function openJpki(
  config: Config,
  ocspHosts: readonly string[],
): Pick<FlowContext, 'anchors' | 'certificates' | 'ocsp'> & { readonly profiles: readonly CardProfile[] } {
  const allowTestAuthorities = config.jpkiAllowTestCa;
  const directory = anchorDirectory(config);
  const anchors = openAnchorStore({
    directory,
    files: createAnchorFiles(directory),
    mayBeMissing: config.jpkiAnchors === '',
    allowTestAuthorities,
  });
  const profiles = config.jpkiProfiles === '' ? defaultCardProfiles : loadCardProfiles(config.jpkiProfiles);
  const trust = { anchors: anchors.list, profiles, allowTestAuthorities };
  return {
    anchors,
    certificates: createCertificateVerifier(trust),
    ocsp: createOcspClient({
      url: config.ocspUrl,
      allowedHosts: [...config.ocspHosts, ...ocspHosts],
      method: config.ocspMethod,
      nonce: config.ocspNonce,
      nocheck: config.ocspNocheck,
      httpProxy: config.httpProxy,
    }),
    profiles,
  };
}
