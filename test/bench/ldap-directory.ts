/** A directory that the load is put on: where it listens and who may ask it what. */
export interface BenchDirectory {
  readonly ldapPort: number;
  readonly ldapsPort: number;
  readonly baseDn: string;
  /** How many are registered; `benchUid` and `benchCardNumber` name them. */
  readonly people: number;
  /** Searches `(serialNumber=<number>)` under the base. */
  readonly cards: BenchAccount;
  /** Searches `(uid=<uid>)` under `ou=people`. */
  readonly names: BenchAccount;
  /** What is bound to, the password that all of them take, and where the n-th's number or name stands: `{}`. */
  readonly binds: BenchAccount & { readonly by: 'card' | 'uid' };
}

export interface BenchAccount {
  readonly dn: string;
  readonly secret: string;
}

/** What a module must export to be measured: `test/bench/ldap-server.ts` starts it in a process of its own. */
export interface BenchDirectoryModule {
  startBenchDirectory(people: number): Promise<BenchDirectory>;
}

export const benchBaseDn = 'dc=example,dc=jp';
export const benchSecret = 'S3cret-of-the-bench-0123456789abcdef';

/** What everybody is called; nobody looks at it. */
export const benchDisplayName = '田中 花子';

/** The n-th card number, among the 28 bits that serial numbers of the real cards have. */
export function benchCardNumber(index: number): string {
  return (0x1000_0000 + index).toString(16);
}

export function benchUid(index: number): string {
  return `many-${index}`;
}

/** @returns the DN that the n-th binds to */
export function benchBindDn({ binds: { dn, by } }: BenchDirectory, index: number): string {
  return dn.replace('{}', by === 'card' ? benchCardNumber(index) : benchUid(index));
}
