import { type CardProfile, defaultCardProfiles } from '../../domain/card-profile.ts';
import { parseIssuerKeyId, type SerialNumber } from '../../domain/certificate-id.ts';
import { InvalidInput } from '../../domain/fault.ts';
import type { Instant } from '../../domain/instant.ts';
import { SerialNumberTable } from '../../domain/serial-number-table.ts';
import type { CrlReader, CrlVerdict } from '../../ports/jpki.ts';
import { type AnchorSource, anchorsOf, usableAnchors } from '../anchors.ts';
import { extensionOid, readAuthorityKeyIdentifier } from '../extensions.ts';
import { readCrlHeader } from './crl-header.ts';
import { CrlPass, type CrlTrust, readTail } from './crl-pass.ts';

export interface CrlReaderOptions {
  /** Asked at the end of every list: one that takes long is held against the anchors of its last moment. */
  readonly anchors: AnchorSource;
  /** Their signature algorithms are accepted on lists. */
  readonly profiles?: readonly CardProfile[];
  /** Never in production. */
  readonly allowTestAuthorities?: boolean;
}

/** Reads lists that are at hand as a whole, and lists that arrive in pieces. */
export interface JpkiCrlReader extends CrlReader {
  /** The same as `read`, piece by piece: the event loop runs on between the pieces. */
  readChunks(
    list: AsyncIterable<Uint8Array>,
    interest: Iterable<SerialNumber>,
    now: Instant,
  ): Promise<CrlVerdict>;
}

/** A reader that trusts the pinned anchors. @see RFC 5280 §6.3 */
export function createCrlReader(options: CrlReaderOptions): JpkiCrlReader {
  const { profiles = defaultCardProfiles, allowTestAuthorities = false } = options;
  const trust: CrlTrust = {
    get anchors() {
      return usableAnchors(anchorsOf(options.anchors), allowTestAuthorities);
    },
    signatureAlgorithms: profiles.flatMap(({ signatureAlgorithms }) => signatureAlgorithms),
  };
  return {
    read(list, interest, now) {
      const pass = new CrlPass(trust, tableOf(interest));
      pass.push(list);
      return pass.finish(now);
    },
    async readChunks(list, interest, now) {
      const pass = new CrlPass(trust, tableOf(interest));
      for await (const chunk of list) {
        pass.push(chunk);
        if (pass.refusal !== undefined) break;
      }
      return pass.finish(now);
    },
    claimedScope,
  };
}

function tableOf(interest: Iterable<SerialNumber>): SerialNumberTable {
  return interest instanceof SerialNumberTable ? interest : new SerialNumberTable(interest);
}

function claimedScope(list: Uint8Array): ReturnType<CrlReader['claimedScope']> {
  try {
    const { entriesEnd, tbsEnd } = readCrlHeader(list);
    const { scope } = readTail(list.subarray(entriesEnd), tbsEnd - entriesEnd);
    const extension = scope.extensions.get(extensionOid.authorityKeyIdentifier);
    const keyId = extension && readAuthorityKeyIdentifier(extension);
    if (keyId === undefined) return undefined;
    const { distributionPoint } = scope;
    return {
      issuerKeyId: parseIssuerKeyId(keyId),
      ...(distributionPoint === undefined ? {} : { distributionPoint }),
    };
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}
