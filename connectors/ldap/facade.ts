import { type CardGuesses, DeviceGuesses } from '../../idp/flows/device-guesses.ts';
import { bindGuessSettings, GuessGuard } from '../../idp/flows/guess-guard.ts';
import type { Clock } from '../../idp/ports/clock.ts';
import { containerEntries } from './container-entries.ts';
import type { LdapFlows } from './directory-service.ts';
import type { Entry } from './entry.ts';
import { defaultLimits, type LdapLimits } from './limits.ts';
import { type RootDse, rootDse } from './root-dse.ts';
import { subschemaSince } from './schema/subschema.ts';
import { createTree, type Tree } from './tree.ts';
import { TurnEnd } from './turn-end.ts';

/** A line for the operator. Never a secret, a card number or a password that failed. */
export type Log = (event: string, details: Readonly<Record<string, string | number>>) => void;

/** What every operation can reach; one per server. */
export interface Facade {
  readonly flows: LdapFlows;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: LdapLimits;
  readonly tree: Tree;
  readonly rootDse: RootDse;
  readonly subschema: Entry;
  readonly containers: readonly [Entry, ...Entry[]];
  readonly offersStartTls: boolean;
  readonly turnEnd: TurnEnd;
  /** Misses of card numbers, by device account and address. */
  readonly cardGuesses: CardGuesses;
  /** Failed binds, by remote address. */
  readonly bindGuesses: GuessGuard;
}

export interface FacadeOptions {
  readonly flows: LdapFlows;
  readonly clock: Clock;
  readonly log: Log;
  readonly baseDn: string;
  readonly offersStartTls: boolean;
  readonly limits?: Partial<LdapLimits>;
  /** Where the flows keep them; own ones otherwise. */
  readonly cardGuesses?: CardGuesses;
}

/** @throws {InvalidInput} `ERR_LDAP_DN` when the base DN is none */
export function createFacade(options: FacadeOptions): Facade {
  const tree = createTree(options.baseDn);
  const startedAt = options.clock.now();
  return {
    flows: options.flows,
    clock: options.clock,
    log: options.log,
    limits: { ...defaultLimits, ...options.limits },
    tree,
    rootDse: rootDse(tree, options.offersStartTls),
    subschema: subschemaSince(startedAt),
    containers: containerEntries(tree, startedAt),
    offersStartTls: options.offersStartTls,
    turnEnd: new TurnEnd(),
    cardGuesses: options.cardGuesses ?? new DeviceGuesses(options.clock),
    bindGuesses: new GuessGuard(options.clock, bindGuessSettings),
  };
}
