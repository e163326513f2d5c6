import { InvalidInput } from '../domain/fault.ts';
import { parseSigningAlgorithm, type SigningAlgorithm, signingAlgorithms } from '../domain/signing-key.ts';
import { type Typed, text } from './command.ts';

/** `--signing-alg`; empty where nothing is said. @throws {InvalidInput} `ERR_OPTION`, also for `none` and HS256. */
export function readSigningAlg(typed: Typed): { readonly idTokenAlg?: SigningAlgorithm } {
  const name = text(typed, 'signingAlg');
  return name === undefined ? {} : { idTokenAlg: toSigningAlg(name, '--signing-alg') };
}

/** @throws {InvalidInput} `ERR_OPTION` */
export function toSigningAlg(name: string, option: string): SigningAlgorithm {
  const alg = parseSigningAlgorithm(name);
  if (alg !== undefined) return alg;
  throw new InvalidInput('ERR_OPTION', `${option} is one of ${signingAlgorithms.join(', ')}, not "${name}".`);
}
