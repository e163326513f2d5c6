import {
  type AuthorityOptions,
  CertificationAuthority,
  generateRsaKeyPair,
  type KeyPair,
} from '../../idp/demo/authority/certification-authority.ts';
import { type Anchor, readAnchor } from '../../idp/jpki/anchors.ts';

/** Two generations of one authority under one name, and a holder's key: enough for most tests of certificates. */
export interface TestPki {
  readonly now: number;
  readonly older: CertificationAuthority;
  readonly newer: CertificationAuthority;
  readonly holder: KeyPair;
  readonly anchors: readonly Anchor[];
}

export const testDay = Date.UTC(2026, 10, 22, 3, 0, 0);
const yearMs = 365 * 24 * 3_600_000;

/** Makes keys, which takes about a second: once a file, in `beforeAll`. */
export async function createTestPki(
  options: Partial<AuthorityOptions> = {},
  now = testDay,
): Promise<TestPki> {
  const [olderKeys, newerKeys, holder] = await Promise.all([
    generateRsaKeyPair(),
    generateRsaKeyPair(),
    generateRsaKeyPair(),
  ]);
  const older = new CertificationAuthority({
    notBefore: now - 5 * yearMs,
    serialNumber: 0x0133_0001,
    firstSerialNumber: 0x0a00_0001,
    ...options,
    keyPair: olderKeys,
  });
  const newer = new CertificationAuthority({
    notBefore: now - yearMs,
    serialNumber: 0x06d1_0002,
    firstSerialNumber: 0x0b00_0001,
    ...options,
    keyPair: newerKeys,
  });
  return {
    now,
    older,
    newer,
    holder,
    anchors: [older, newer].map(({ certificate }) => readAnchor(certificate)),
  };
}

/** PEM of a DER structure, for the programs that want files. */
export function pem(label: 'CERTIFICATE' | 'X509 CRL', der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
