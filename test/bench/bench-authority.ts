import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CertificationAuthority,
  generateRsaKeyPair,
} from '../../idp/demo/authority/certification-authority.ts';

/** Beyond what the long list names: these cards must go on. */
const firstSerialNumber = 0x7000_0001;
const monthMs = 30 * 86_400_000;

/** One authority for two processes: the one that signs in with its cards, and the one that publishes its lists. */
export async function benchAuthority(directory: string): Promise<CertificationAuthority> {
  const file = join(directory, 'authority.pem');
  if (!existsSync(file)) {
    const { privateKey } = await generateRsaKeyPair();
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }
  const privateKey = createPrivateKey(readFileSync(file));
  const keyPair = { privateKey, publicKey: createPublicKey(privateKey) };
  return new CertificationAuthority({ keyPair, firstSerialNumber, notBefore: Date.now() - monthMs });
}
