import { InvalidInput } from '../domain/fault.ts';
import type { Actor } from '../domain/registration.ts';
import {
  readyAt,
  rotated,
  type SigningAlgorithm,
  type SigningKeyFacts,
  signingAlgorithms,
  withdrawn,
} from '../domain/signing-key.ts';
import type { Client } from '../ports/clients.ts';
import { changeSigningKeys, type SigningKeyContext } from './keep-signing-keys.ts';

/** Who asks that another key signs, and of which algorithm; absent: of all. */
export interface RotateSigningKeys {
  readonly alg?: SigningAlgorithm;
  /** Without waiting until clients know the next key. */
  readonly atOnce: boolean;
  readonly actor: Actor;
}

/** @throws {InvalidInput} `ERR_SIGNING_KEY_UNKNOWN`, `ERR_SIGNING_KEY_NEW` when clients may not know the next one yet. */
export async function rotateSigningKeys(
  context: SigningKeyContext,
  { alg, atOnce, actor }: RotateSigningKeys,
): Promise<readonly SigningKeyFacts[]> {
  const now = context.clock.now();
  return changeSigningKeys(context, actor, (keys) => {
    const algorithms = signingAlgorithms.filter(
      (name) => (alg ?? name) === name && keys.some((key) => key.alg === name && key.state === 'current'),
    );
    if (algorithms.length === 0) {
      throw new InvalidInput('ERR_SIGNING_KEY_UNKNOWN', `There is no ${alg} key: no client asked for one.`);
    }
    // Where there is no next key at all, the one that is made now is as new as can be.
    const young = algorithms.find((name) => !atOnce && readyAt(keys, name, context.signingKeyPlan) > now);
    if (young !== undefined) throw tooNew(young, readyAt(keys, young, context.signingKeyPlan));
    return rotated(keys, algorithms, now);
  });
}

/** What became of a key that leaked. */
export interface Withdrawal {
  readonly keys: readonly SigningKeyFacts[];
  readonly alg: SigningAlgorithm;
  /** Names of the clients that took what it signed. */
  readonly clients: readonly string[];
}

/**
 * Takes a key out of use at once: it is published no more, its private half is gone, and nothing that it signed is accepted.
 * @param request `kid`: whole, or as much of its beginning as names one key.
 * @throws {InvalidInput} `ERR_SIGNING_KEY_UNKNOWN`, `ERR_SIGNING_KEY_WITHDRAWN`.
 */
export async function withdrawSigningKey(
  context: SigningKeyContext,
  { kid, actor }: { readonly kid: string; readonly actor: Actor },
): Promise<Withdrawal> {
  const now = context.clock.now();
  let alg: SigningAlgorithm = 'ES256';
  const keys = await changeSigningKeys(context, actor, (known) => {
    const key = requireKey(known, kid);
    ({ alg } = key);
    return withdrawn(known, key.kid, now);
  });
  return { keys, alg, clients: clientsOf(await context.record.clients.list(), alg) };
}

function clientsOf(clients: readonly Client[], alg: SigningAlgorithm): readonly string[] {
  return clients.flatMap((client) =>
    client.protocol === 'oidc' && client.settings.idTokenAlg === alg ? [client.name] : [],
  );
}

function requireKey(keys: readonly SigningKeyFacts[], kid: string): SigningKeyFacts {
  const [key, another] = keys.filter((one) => one.kid.startsWith(kid));
  if (key === undefined || another !== undefined || kid === '') {
    throw new InvalidInput('ERR_SIGNING_KEY_UNKNOWN', `No one key is called ${kid}: kazasu keys list`);
  }
  if (key.state !== 'withdrawn') return key;
  throw new InvalidInput('ERR_SIGNING_KEY_WITHDRAWN', `The key ${key.kid} is withdrawn already.`);
}

function tooNew(alg: SigningAlgorithm, readyAt: number): InvalidInput {
  const until = Number.isFinite(readyAt) ? ` before ${new Date(readyAt).toISOString()}` : ' yet';
  return new InvalidInput(
    'ERR_SIGNING_KEY_NEW',
    `Not every client can know the next ${alg} key${until}. Rotate then, or add --now: a client that loads /jwks again for a key it does not know goes on, another one refuses sign-ins until it does.`,
  );
}
