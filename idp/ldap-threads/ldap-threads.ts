import { MessageChannel, Worker } from 'node:worker_threads';
import type { LdapFlows } from '../../connectors/ldap/directory-service.ts';
import type { LdapServer } from '../../connectors/ldap/server.ts';
import { Fault } from '../domain/fault.ts';
import type { FlowContext } from '../flows/context.ts';
import { requireFreePorts } from '../free-ports.ts';
import { DiskLost } from '../storage/sqlite/audit-intake.ts';
import type { AuditJournals } from '../storage/sqlite/audit-journals.ts';
import { ThreadLine } from './line.ts';
import { SettingsGiver, settingsMemory } from './shared-settings.ts';
import type { LdapThreadSetup, ListenerAnswers, WriterAnswers } from './wire.ts';

export interface LdapThreadsOptions
  extends Pick<LdapThreadSetup, 'dataDir' | 'keys' | 'changes' | 'server' | 'tlsFiles'> {
  readonly threads: number;
  /** What the threads, and their journals, are called before their number; `ldap` unless said. */
  readonly names?: string;
  /** What runs in them; the façade's own program unless said. */
  readonly program?: URL;
  readonly flows: LdapFlows;
  readonly journals: AuditJournals;
  readonly context: Pick<FlowContext, 'clients' | 'freshness' | 'deviceGuesses'>;
  readonly log: (event: string, details: Readonly<Record<string, string | number>>) => void;
}

const usualProgram = new URL('./worker.ts', import.meta.url);
/** What is thrown away at once must not pile up: an answer's objects live for a turn of the event loop. */
const resourceLimits = { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 512 };
const restartAfterMs = 1_000;
/** How often it is looked whether what stood against a device is forgiven. */
const suspectsEveryMs = 5_000;

/**
 * The façade in several threads on the same ports, as slapd has it: each decides sign-ins by number for itself, over a
 * look-up, a memory and a journal of its own, and asks this thread, which alone writes the record, for everything else.
 * A thread that fails is replaced; its clients connect anew, and what it wrote down is taken over first.
 * @throws the listening error when a port is taken
 */
export async function startLdapThreads(options: LdapThreadsOptions): Promise<LdapServer> {
  const threads = new LdapThreads(options);
  await threads.start();
  return threads;
}

interface Thread {
  readonly worker: Worker;
  readonly line: ThreadLine<ListenerAnswers>;
  readonly ended: Promise<void>;
}

class LdapThreads implements LdapServer {
  ldapPort: number;
  ldapsPort: number;
  readonly #options: LdapThreadsOptions;
  readonly #memory = settingsMemory();
  readonly #settings: SettingsGiver;
  readonly #threads = new Map<string, Thread>();
  #suspects = '';
  #sweep: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: LdapThreadsOptions) {
    this.#options = options;
    this.ldapPort = options.server.ldapPort;
    this.ldapsPort = options.server.ldapsPort;
    const { clients, freshness, deviceGuesses } = options.context;
    this.#settings = new SettingsGiver(this.#memory, () => ({
      clients: clients.devices(),
      freshness: freshness.all(),
      suspects: new Set(deviceGuesses.suspects()),
    }));
  }

  async start(): Promise<void> {
    const { threads, context, server, names = 'ldap' } = this.#options;
    await requireFreePorts(server.host, [server.ldapPort, server.ldapsPort]);
    // Before any of them answers: what is changed while others start holds for the first ones.
    const give = () => this.#settings.give();
    context.clients.onChange(give);
    context.freshness.onChange(give);
    try {
      const [first, ...others] = Array.from({ length: threads }, (_, index) => `${names}-${index + 1}`);
      // The first one finds the ports where they were left open; the others join it there.
      if (first !== undefined) await this.#add(first);
      await Promise.all(others.map((name) => this.#add(name)));
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#sweep = setInterval(() => this.#tellSuspects(), suspectsEveryMs).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweep);
    await Promise.all(
      [...this.#threads.values()].map(async ({ line, worker, ended }) => {
        await line.ask('close', undefined).catch(() => undefined);
        await worker.terminate();
        await ended;
      }),
    );
  }

  async #add(name: string): Promise<void> {
    const { dataDir, keys, changes, server, tlsFiles, journals, program = usualProgram } = this.#options;
    const movedGeneration = await journals.takeOver(name);
    if (this.#closed) return;
    const settings = new MessageChannel();
    this.#settings.add(settings.port1);
    const setup: LdapThreadSetup = {
      ...{ dataDir, keys, changes, tlsFiles },
      settings: { memory: this.#memory, port: settings.port2 },
      journal: { name, movedGeneration },
      server: { ...server, ldapPort: this.ldapPort, ldapsPort: this.ldapsPort },
    };
    const worker = new Worker(program, {
      workerData: setup,
      transferList: [settings.port2],
      name,
      resourceLimits,
    });
    const line = new ThreadLine<ListenerAnswers>(worker, this.#answers(name));
    const removeOutpost = journals.addOutpost(() => line.ask('flush', undefined));
    const ended = Promise.withResolvers<void>();
    let failure: unknown;
    worker.on('error', (error) => {
      failure = error;
    });
    worker.on('exit', () => {
      removeOutpost();
      this.#settings.remove(settings.port1);
      this.#threads.delete(name);
      line.hangUp(new Fault('ERR_RECORD_UNAVAILABLE', 'A thread of the directory ended.', failure));
      ended.resolve();
      if (!this.#closed && isUp) this.#replace(name, failure);
    });
    let isUp = false;
    this.#threads.set(name, { worker, line, ended: ended.promise });
    try {
      ({ ldapPort: this.ldapPort, ldapsPort: this.ldapsPort } = await line.ask('listen', undefined));
      isUp = true;
    } catch (error) {
      // Whoever tries again makes another one: two of a name would write one journal.
      await worker.terminate();
      await ended.promise;
      throw error;
    }
  }

  #replace(name: string, failure: unknown): void {
    const error = failure instanceof Error ? failure.name : 'unknown';
    this.#options.log('ldap-thread-ended', { thread: name, error });
    setTimeout(() => {
      if (!this.#closed) this.#add(name).catch((again: unknown) => this.#replace(name, again));
    }, restartAfterMs).unref();
  }

  #answers(name: string): WriterAnswers {
    const { flows, journals, context, log } = this.#options;
    return {
      async move({ events, generation }) {
        try {
          await journals.move(name, events, generation);
          return 'moved';
        } catch (error) {
          if (error instanceof DiskLost) return 'disk-lost';
          throw error;
        }
      },
      admit: ({ clientId, remoteAddress }) => context.deviceGuesses.admit(clientId, remoteAddress),
      miss: ({ clientId, remoteAddress }) => {
        context.deviceGuesses.miss(clientId, remoteAddress);
        this.#tellSuspects();
      },
      log: ({ event, details }) => log(event, details),
      async flows({ name: question, request }, signal) {
        const asked = question === 'bindPerson' ? { ...request, signal } : request;
        const answer = await flows[question](asked as never);
        // What it rests on is written before the other thread hands it out.
        flows.settle();
        return answer as never;
      },
    };
  }

  #tellSuspects(): void {
    const suspects = this.#options.context.deviceGuesses.suspects().join();
    if (suspects === this.#suspects) return;
    this.#suspects = suspects;
    this.#settings.give();
  }
}
