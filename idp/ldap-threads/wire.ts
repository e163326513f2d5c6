import type { KeyObject } from 'node:crypto';
import type { MessagePort } from 'node:worker_threads';
import type { AskedElsewhere } from '../../connectors/ldap/thread-flows.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { Admission } from '../flows/guess-guard.ts';
import type { TlsFiles } from '../storage/tls-files.ts';

/** What a thread is started with. Keys go over as handles. */
export interface LdapThreadSetup {
  readonly dataDir: string;
  readonly keys: { readonly cardKeySecret: KeyObject; readonly numberKey: KeyObject };
  readonly changes: SharedArrayBuffer;
  readonly settings: { readonly memory: SharedArrayBuffer; readonly port: MessagePort };
  readonly journal: { readonly name: string; readonly movedGeneration: number };
  readonly server: {
    readonly host: string;
    readonly ldapPort: number;
    readonly ldapsPort: number;
    readonly baseDn: string;
  };
  readonly tlsFiles: TlsFiles;
}

interface Ports {
  readonly ldapPort: number;
  readonly ldapsPort: number;
}

type Details = Readonly<Record<string, string | number>>;

/** What the thread that writes the record answers the others. */
export type WriterAnswers = {
  /** Takes events into the record; `disk-lost`: nothing more may be promised. */
  readonly move: (batch: {
    readonly events: readonly string[];
    readonly generation: number;
  }) => Promise<'moved' | 'disk-lost'>;
  readonly admit: (device: Missing) => Admission;
  readonly miss: (device: Missing) => void;
  readonly log: (line: { readonly event: string; readonly details: Details }) => void;
  readonly flows: <Name extends keyof AskedElsewhere>(
    question: {
      readonly name: Name;
      readonly request: Omit<Parameters<AskedElsewhere[Name]>[0], 'signal'>;
    },
    signal: AbortSignal,
  ) => Promise<Awaited<ReturnType<AskedElsewhere[Name]>>>;
};

/** What a thread that answers devices answers the one that writes the record. */
export type ListenerAnswers = {
  readonly listen: (nothing: undefined) => Promise<Ports>;
  /** Resolves when every event written before the call is in the record. */
  readonly flush: (nothing: undefined) => Promise<void>;
  /** Says goodbye to every client and ends. */
  readonly close: (nothing: undefined) => Promise<void>;
};

interface Missing {
  readonly clientId: ClientId;
  readonly remoteAddress: string;
}
