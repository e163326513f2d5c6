import {
  type Change,
  Client,
  type Entry as FoundEntry,
  InvalidCredentialsError,
  type SearchOptions as LdapSearch,
  ResultCodeError,
} from 'ldapts';
import { resultCode } from '../ldap/codec/result-code.ts';
import { adviceOf } from './advice.ts';

/** Where a simulated device connects, and how. */
export interface Line {
  /** `ldap://host:port` or `ldaps://host:port`. */
  readonly url: string;
  readonly startTls: boolean;
  /** PEM of the CA that signed the façade's certificate; `undefined`: the machine's own list. */
  readonly ca: string | undefined;
}

/** One thing that the device did, and what it heard. */
export interface Step {
  /** What the device sends, in the words of its conversation; never a secret. */
  readonly does: string;
  readonly heard: string;
  readonly outcome: 'as-hoped' | 'not-as-hoped';
  readonly ms: number;
  /** What to look at when it was not as hoped. */
  readonly next?: string;
}

/** The device gives up here; what happened stands in the steps. */
export class GaveUp extends Error {}

export type Found = FoundEntry;

/** How many entries a device needs; `any`: it copes with none. */
type Hoped = 'one' | 'none' | 'some' | 'any';

const timeoutMs = 60_000;
const successText = 'success (0)';

/** A device's side of a conversation: every operation is a step, and what was not hoped for ends it. */
export class Talk {
  readonly steps: Step[] = [];
  readonly #line: Line;
  readonly #onStep: (step: Step) => void;
  #client: Client;

  constructor(line: Line, onStep: (step: Step) => void) {
    this.#line = line;
    this.#onStep = onStep;
    this.#client = this.#newClient();
  }

  /** A new connection, as devices open one for each user; with StartTLS where that is configured. */
  async connect(): Promise<void> {
    await this.close();
    this.#client = this.#newClient();
    if (!this.#line.startTls) return;
    await this.#step('starts TLS on the connection (StartTLS)', async () => {
      await this.#client.startTLS(this.#tlsOptions());
      return successText;
    });
  }

  async bind(does: string, dn: string, secret: string): Promise<void> {
    await this.#step(does, async () => {
      await this.#client.bind(dn, secret);
      return successText;
    });
  }

  /** A bind that must end with 49, as for a card that may not pass. */
  async refusedBind(does: string, dn: string, secret: string): Promise<void> {
    await this.#step(does, async () => {
      const refusal = await this.#client.bind(dn, secret).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refusal === undefined) throw new Unhoped(successText, 'none');
      if (!(refusal instanceof InvalidCredentialsError)) throw refusal;
      return heardOf(refusal);
    });
  }

  /** A search that must find as many entries as the device needs. */
  async search(does: string, base: string, search: LdapSearch, hoped: Hoped): Promise<readonly Found[]> {
    let found: readonly Found[] = [];
    await this.#step(does, async () => {
      found = (await this.#client.search(base, search)).searchEntries;
      const heard = found.length === 1 ? `one entry: ${found[0]?.dn}` : `${found.length} entries`;
      if (!fits(hoped, found.length)) throw new Unhoped(heard, hoped);
      return heard;
    });
    return found;
  }

  async modify(does: string, dn: string, change: Change): Promise<void> {
    await this.#step(does, async () => {
      await this.#client.modify(dn, change);
      return successText;
    });
  }

  async close(): Promise<void> {
    await this.#client.unbind().catch(() => undefined);
  }

  async #step(does: string, act: () => Promise<string>): Promise<void> {
    const startedAt = performance.now();
    const ended = (step: Pick<Step, 'heard' | 'outcome' | 'next'>) => {
      this.steps.push({ does, ms: Math.round(performance.now() - startedAt), ...step });
      this.#onStep(this.steps.at(-1) as Step);
    };
    try {
      ended({ heard: await act(), outcome: 'as-hoped' });
    } catch (error) {
      const next = error instanceof Unhoped ? emptyAdvice(error.hoped) : adviceOf(error);
      ended({ heard: heardOf(error), outcome: 'not-as-hoped', ...(next === undefined ? {} : { next }) });
      throw new GaveUp(does, { cause: error });
    }
  }

  #newClient(): Client {
    const { url } = this.#line;
    const tls = url.startsWith('ldaps:') ? { tlsOptions: this.#tlsOptions() } : {};
    return new Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs, ...tls });
  }

  #tlsOptions() {
    const { ca, url } = this.#line;
    return { servername: new URL(url).hostname, ...(ca === undefined ? {} : { ca }) };
  }
}

/** The answer was a success and yet not what the device needs. */
class Unhoped extends Error {
  readonly hoped: Hoped;
  constructor(heard: string, hoped: Hoped) {
    super(heard);
    this.hoped = hoped;
  }
}

function fits(hoped: Hoped, found: number): boolean {
  if (hoped === 'any') return true;
  return hoped === 'some' ? found > 0 : found === (hoped === 'one' ? 1 : 0);
}

function emptyAdvice(hoped: Hoped): string {
  return hoped === 'none'
    ? 'A number that should be nobody’s was found: choose another --unknown-card.'
    : 'Nobody, or nobody whom this device may see: `kazasu ldap explain` says which rule decided.';
}

function heardOf(error: unknown): string {
  if (error instanceof ResultCodeError) {
    const name = Object.entries(resultCode).find(([, code]) => code === error.code)?.[0] ?? error.name;
    // The library puts the code behind what the directory said, once more in hexadecimal.
    const said = error.message.replace(/\s*Code: 0x[0-9a-f]+$/i, '');
    return `${name} (${error.code})${said === '' ? '' : `: ${said}`}`;
  }
  return error instanceof Error ? error.message : String(error);
}
