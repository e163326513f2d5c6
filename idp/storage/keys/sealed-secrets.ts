import type { KeyObject } from 'node:crypto';
import { Fault } from '../../domain/fault.ts';
import type { SealedSecrets } from '../../ports/sealed-secrets.ts';
import { openBox, sealBox } from '../sealed-box.ts';

const purpose = 'kazasu-client-secret-1';

/** Client secrets under the client-secret key (AES-256-GCM), base64url. */
export function createSealedSecrets(key: KeyObject): SealedSecrets {
  const bound = (owner: string) => Buffer.from(`${purpose}\n${owner}`);
  return {
    seal: (secret, boundTo) => sealBox(key, Buffer.from(secret), bound(boundTo)).toString('base64url'),
    open(sealed, boundTo) {
      const plain = openBox(key, Buffer.from(sealed, 'base64url'), bound(boundTo));
      if (plain !== undefined) return plain.toString('utf8');
      throw new Fault(
        'ERR_KEYS_UNAVAILABLE',
        'A client secret does not open: the client-secret key is not the one it was sealed with. Restore it, or rotate the secret.',
      );
    },
  };
}
