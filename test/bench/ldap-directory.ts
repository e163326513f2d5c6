/** A directory that the load is put on: where it listens and who may ask it what. */
export interface BenchDirectory {
  readonly ldapPort: number;
  readonly baseDn: string;
  /** Searches `(serialNumber=<number>)` under the base. */
  readonly searchDn: string;
  readonly searchSecret: string;
  /** Registered card numbers, in hex. */
  readonly cardNumbers: readonly string[];
  /** One bind DN for each card number, and the password that all of them take. */
  readonly bindDns: readonly string[];
  readonly bindSecret: string;
}

/** What a module must export to be measured: `test/bench/ldap-server.ts` starts it in a process of its own. */
export interface BenchDirectoryModule {
  startBenchDirectory(people: number): Promise<BenchDirectory>;
}

export const benchBaseDn = 'dc=example,dc=jp';
export const benchSecret = 'S3cret-of-the-bench-0123456789abcdef';

/** The n-th card number: spread over the 28 bits that serial numbers of the real cards have. */
export function benchCardNumber(index: number): string {
  return (0x1000_0000 + ((index * 0x9e37_79b1) % 0x0fff_ffff)).toString(16).padStart(8, '0');
}

export function benchUid(index: number): string {
  return `u${String(index).padStart(7, '0')}`;
}
