import { sign } from 'node:crypto';
import {
  type CertificateTemplate,
  type Extension,
  encodeTbsCertificate,
  signCertificate,
} from '../../idp/demo/authority/certificate-template.ts';
import { CertificationAuthority } from '../../idp/demo/authority/certification-authority.ts';
import { bitString, contextPrimitive, integerOctets, sequence } from '../../idp/demo/authority/der-writer.ts';
import { userAuthenticationTemplate } from '../../idp/demo/authority/jpki-certificates.ts';
import { sha1WithRsaEncryption, sha256WithRsaEncryption, signed } from '../../idp/demo/authority/signer.ts';
import type { TestPki } from '../support/test-pki.ts';
import { patchedTbs } from './der-tricks.ts';
import { day, type TestKeyName, type VectorPki } from './pki.ts';
import type { Maker } from './vector.ts';

/** The template of a good certificate, of the newer generation unless said otherwise. */
export const goodTemplate = (pki: TestPki, authority = pki.newer): CertificateTemplate =>
  userAuthenticationTemplate(
    authority.nextEntity({ publicKey: pki.holder.publicKey, notBefore: pki.now - 30 * day }),
  );

type Edit = (template: CertificateTemplate, pki: VectorPki) => Partial<CertificateTemplate>;

/** A certificate with parts exchanged and everything else right, signature included. */
export const edited =
  (edit: Edit) =>
  (pki: VectorPki): Uint8Array => {
    const template = goodTemplate(pki);
    return signCertificate({ ...template, ...edit(template, pki) }, pki.newer.keyPair.privateKey);
  };

export const good = edited(() => ({}));

const without = (template: CertificateTemplate, oid: string): readonly Extension[] =>
  template.extensions.filter((extension) => extension.oid !== oid);

export const replaced = (extension: Extension): Maker =>
  edited((template) => ({ extensions: [...without(template, extension.oid), extension] }));

export const added = (extension: Extension): Maker =>
  edited(({ extensions }) => ({ extensions: [...extensions, extension] }));

export const removed = (oid: string): Maker => edited((template) => ({ extensions: without(template, oid) }));

/** The bytes of a good certificate, changed after it was signed. */
export const changed =
  (change: (der: Buffer) => Uint8Array | string) =>
  (pki: VectorPki): Uint8Array | string =>
    change(Buffer.from(good(pki)));

/** What is signed is not what was encoded: octets of a good certificate written over, then signed. */
export const written =
  (find: string, replace: string): Maker =>
  (pki) => {
    const tbs = encodeTbsCertificate(goodTemplate(pki), sha256WithRsaEncryption);
    return signed(patchedTbs(tbs, find, replace), pki.newer.keyPair.privateKey);
  };

export const signedWith =
  (algorithm: Parameters<typeof signCertificate>[2]): Maker =>
  (pki) =>
    signCertificate(goodTemplate(pki), pki.newer.keyPair.privateKey, algorithm);

export const withKey = (name: TestKeyName): Maker =>
  edited((_, pki) => ({ subjectPublicKey: pki.key(name).publicKey }));

export const withSerialNumber = (octets: string): Maker =>
  edited(() => ({ serialNumber: integerOctets(octets) }));

/** Everything right, but the signature is this. */
export function signatureOf(signature: Uint8Array): Maker {
  return (pki) =>
    sequence(
      encodeTbsCertificate(goodTemplate(pki), sha256WithRsaEncryption),
      sha256WithRsaEncryption.algorithmIdentifier,
      bitString(signature),
    );
}

export function withSignatureOfAnother(pki: VectorPki): Uint8Array {
  const another = encodeTbsCertificate(goodTemplate(pki), sha256WithRsaEncryption);
  return Buffer.from(signatureOf(sign('sha256', another, pki.newer.keyPair.privateKey))(pki));
}

export function disguised(pki: VectorPki): Uint8Array {
  const { keyPair, name } = pki.newer;
  const authority = new CertificationAuthority({
    keyPair,
    notBefore: pki.now - day,
    name: [['C', 'JP'], ['O', 'jpki-test'], ...name.slice(2)],
  });
  return signCertificate(goodTemplate(pki, authority), keyPair.privateKey);
}

export function criticalFalse(pki: VectorPki): Uint8Array {
  const template = goodTemplate(pki);
  const placeholder = { oid: '1.2.3', critical: false, value: Buffer.from('aaaaaa3000', 'hex') };
  const extensions = [...template.extensions, placeholder];
  const tbs = encodeTbsCertificate({ ...template, extensions }, sha256WithRsaEncryption);
  // The same length: FALSE and two octets of value in place of five octets of value.
  const patched = patchedTbs(tbs, '0405aaaaaa3000', '01010004023000');
  return signed(patched, pki.newer.keyPair.privateKey);
}

/** Everything right, but notBefore is this element. */
export function beginning(notBefore: Uint8Array): Maker {
  return (pki) => {
    const tbs = Buffer.from(encodeTbsCertificate(goodTemplate(pki), sha256WithRsaEncryption));
    // Validity: two octets of header, then two UTCTimes of 15 octets; before it the header of the whole, of four.
    const start = tbs.indexOf('301e170d', 'hex');
    const notAfter = tbs.subarray(start + 17, start + 32);
    const validity = sequence(notBefore, notAfter);
    const contents = [tbs.subarray(4, start), validity, tbs.subarray(start + 32)];
    return signed(sequence(...contents), pki.newer.keyPair.privateKey);
  };
}

/** issuerUniqueID before the extensions. @see RFC 5280 §4.1.2.8 */
export function withUniqueIdentifiers(pki: VectorPki): Uint8Array {
  const tbs = Buffer.from(encodeTbsCertificate(goodTemplate(pki), sha256WithRsaEncryption));
  const extensions = tbs.lastIndexOf('a382', undefined, 'hex');
  const contents = Buffer.concat([
    tbs.subarray(4, extensions),
    contextPrimitive(1, Buffer.from('0001', 'hex')),
    tbs.subarray(extensions),
  ]);
  return signed(sequence(contents), pki.newer.keyPair.privateKey);
}

export function otherAlgorithmOutside(pki: VectorPki): Uint8Array {
  const tbs = encodeTbsCertificate(goodTemplate(pki), sha256WithRsaEncryption);
  const signature = sign('sha256', tbs, pki.newer.keyPair.privateKey);
  return sequence(tbs, sha1WithRsaEncryption.algorithmIdentifier, bitString(signature));
}
