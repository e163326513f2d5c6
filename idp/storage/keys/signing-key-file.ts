import { Fault } from '../../domain/fault.ts';
import type { KeyChange, SigningKeyFacts, SigningKeyState } from '../../domain/signing-key.ts';
import type { PrivateJwk, SigningKeys } from '../../ports/signing-keys.ts';
import type { KeyFiles } from './key-files.ts';
import { keysText, makeKey, readKeys, type StoredKey } from './signing-key-text.ts';

const name = 'oidc-signing.jwks';
/** The library signs with the first key that fits. */
const order: readonly SigningKeyState[] = ['current', 'next', 'retiring'];

/** The keys of tokens in one file of the key directory. */
export class SigningKeyFile implements SigningKeys {
  readonly #files: KeyFiles;
  readonly #listeners = new Set<() => void>();
  #keys: readonly StoredKey[];
  #changing: Promise<unknown> = Promise.resolve();

  private constructor(files: KeyFiles, keys: readonly StoredKey[]) {
    this.#files = files;
    this.#keys = keys;
  }

  /** @throws {Fault} `ERR_KEYS_UNAVAILABLE` */
  static async open(files: KeyFiles): Promise<SigningKeyFile> {
    await files.load(name, firstText);
    return new SigningKeyFile(files, await load(files));
  }

  list(): readonly SigningKeyFacts[] {
    return this.#keys.map(({ facts }) => facts);
  }

  jwks(): readonly PrivateJwk[] {
    return order.flatMap((state) =>
      this.#keys.flatMap(({ facts, jwk }) => (facts.state === state && jwk !== undefined ? [jwk] : [])),
    );
  }

  change(decide: (keys: readonly SigningKeyFacts[]) => KeyChange): Promise<readonly SigningKeyFacts[]> {
    const changed = this.#changing.then(() => this.#change(decide));
    this.#changing = changed.catch(() => undefined);
    return changed;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async #change(
    decide: (keys: readonly SigningKeyFacts[]) => KeyChange,
  ): Promise<readonly SigningKeyFacts[]> {
    const before = keysText(this.#keys);
    // The command line may have changed them between our reading and our taking the record.
    const stored = await load(this.#files);
    const { keys, wanted } = decide(stored.map(({ facts }) => facts));
    const kept = keys.flatMap((facts): readonly StoredKey[] => {
      const jwk = stored.find((key) => key.facts.kid === facts.kid)?.jwk;
      return facts.state === 'withdrawn' || jwk === undefined ? [{ facts }] : [{ facts, jwk }];
    });
    const after = [...kept, ...(await Promise.all(wanted.map(makeKey)))];
    if (keysText(after) !== keysText(stored)) await this.#files.replace(name, keysText(after));
    this.#keys = after;
    if (keysText(after) !== before) for (const listener of this.#listeners) listener();
    return this.list();
  }
}

/** One key that signs; it tells no time, which only flows know: that of the file counts. */
async function firstText(): Promise<string> {
  const { jwk } = await makeKey({ alg: 'ES256', state: 'current', since: 0 });
  return `${JSON.stringify({ keys: [jwk] })}\n`;
}

async function load(files: KeyFiles): Promise<readonly StoredKey[]> {
  const { text, writtenAt } = await files.read(name);
  const keys = readKeys(text, writtenAt);
  if (keys !== undefined) return keys;
  throw new Fault(
    'ERR_KEYS_UNAVAILABLE',
    `The key file ${name} cannot be read as keys. Restore it from its backup.`,
  );
}
