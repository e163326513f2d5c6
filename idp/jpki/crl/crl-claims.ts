import { parseIssuerKeyId } from '../../domain/certificate-id.ts';
import { InvalidInput } from '../../domain/fault.ts';
import type { ListClaims } from '../../ports/carried-lists.ts';
import { extensionOid, readAuthorityKeyIdentifier } from '../extensions.ts';
import { readCrlHeader } from './crl-header.ts';
import { readTail } from './crl-pass.ts';

/**
 * What a list says of itself, for telling one from the next where no CA certificate is at hand; nothing here is believed.
 * @returns `undefined` when it is no list with a key identifier and a number.
 * @see RFC 5280 §5.1, §5.2
 */
export function readCrlClaims(list: Uint8Array): ListClaims | undefined {
  try {
    const { entriesEnd, tbsEnd, thisUpdate, nextUpdate } = readCrlHeader(list);
    const { scope } = readTail(list.subarray(entriesEnd), tbsEnd - entriesEnd);
    const { crlNumber, distributionPoint } = scope;
    const extension = scope.extensions.get(extensionOid.authorityKeyIdentifier);
    const keyId = extension && readAuthorityKeyIdentifier(extension);
    if (keyId === undefined || crlNumber === undefined) return undefined;
    return {
      ...{ issuerKeyId: parseIssuerKeyId(keyId), crlNumber, thisUpdate, nextUpdate },
      ...(distributionPoint === undefined ? {} : { distributionPoint }),
    };
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}
