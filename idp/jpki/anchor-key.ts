import type { KeyObject } from 'node:crypto';
import { InvalidInput } from '../domain/fault.ts';

const fewestRsaBits = 2048;
/** P-256 and longer, as OpenSSL calls them. */
const strongCurves: readonly string[] = ['prime256v1', 'secp384r1', 'secp521r1'];

/**
 * Whether the key of a CA certificate has 112 bits of strength or more: what is weaker, others can find out and sign with.
 * @throws {InvalidInput} `ERR_ANCHOR_WEAK_KEY`
 * @see NIST SP 800-57 Part 1 §5.6
 */
export function refuseWeakKey({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): void {
  const { modulusLength = 0, namedCurve = 'of no name' } = asymmetricKeyDetails;
  const isRsa = asymmetricKeyType === 'rsa' || asymmetricKeyType === 'rsa-pss';
  if (isRsa && modulusLength >= fewestRsaBits) return;
  if (asymmetricKeyType === 'ec' && strongCurves.includes(namedCurve)) return;
  const curve = asymmetricKeyType === 'ec' ? `the curve ${namedCurve}` : `${asymmetricKeyType}`;
  const found = isRsa ? `RSA of ${modulusLength} bits` : curve;
  throw new InvalidInput(
    'ERR_ANCHOR_WEAK_KEY',
    `The key of this CA certificate is too weak to be trusted (${found}); RSA needs ${fewestRsaBits} bits or more, a curve is P-256, P-384 or P-521. Those of J-LIS are strong enough: is it the right file?`,
  );
}
