import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Instant } from '../domain/instant.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import type { RevocationFreshness } from '../flows/revocation-freshness.ts';
import type { LdapClient } from '../ports/clients.ts';

/** What a thread must know to decide, as a whole: a few hundred entries that change a few times a day. */
export interface Settings {
  /** Device accounts alone: what other clients have is no business of these threads. */
  readonly clients: readonly LdapClient[];
  readonly freshness: ReadonlyMap<string, Instant>;
  /** Device accounts against which unknown numbers stand: those are counted in one place. */
  readonly suspects: ReadonlySet<ClientId>;
}

/** The one counter: how many settings were given out so far. */
export function settingsMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/**
 * Gives settings to a thread. The counter rises when they lie in its post: whoever is told that a change is done can rely on
 * it that every later operation in that thread looks at the counter, and finds them.
 */
export class SettingsGiver {
  readonly #counter: Int32Array;
  readonly #ports = new Set<MessagePort>();
  readonly #current: () => Settings;

  constructor(memory: SharedArrayBuffer, current: () => Settings) {
    this.#counter = new Int32Array(memory);
    this.#current = current;
  }

  add(port: MessagePort): void {
    this.#ports.add(port);
    this.give();
  }

  remove(port: MessagePort): void {
    this.#ports.delete(port);
    port.close();
  }

  give(): void {
    const settings = this.#current();
    for (const port of this.#ports) port.postMessage(settings);
    Atomics.add(this.#counter, 0, 1);
  }
}

/** Takes them at the other end, before every operation. */
export class SettingsTaker {
  suspects: ReadonlySet<ClientId> = new Set();
  readonly #counter: Int32Array;
  readonly #port: MessagePort;
  readonly #clients: KnownClients;
  readonly #freshness: RevocationFreshness;
  #taken = -1;

  constructor(
    memory: SharedArrayBuffer,
    port: MessagePort,
    clients: KnownClients,
    freshness: RevocationFreshness,
  ) {
    this.#counter = new Int32Array(memory);
    this.#port = port;
    this.#clients = clients;
    this.#freshness = freshness;
    this.upToDate();
  }

  /** From its first miss here on, without waiting until it comes back from where they are counted. */
  suspect(clientId: ClientId): void {
    if (!this.suspects.has(clientId)) this.suspects = new Set([...this.suspects, clientId]);
  }

  readonly upToDate = (): void => {
    const given = Atomics.load(this.#counter, 0);
    if (given === this.#taken) return;
    this.#taken = given;
    let newest: Settings | undefined;
    for (let post = receiveMessageOnPort(this.#port); post; post = receiveMessageOnPort(this.#port)) {
      newest = post.message as Settings;
    }
    if (newest === undefined) return;
    this.#clients.replace(newest.clients);
    this.#freshness.replace(newest.freshness);
    this.suspects = newest.suspects;
  };
}
