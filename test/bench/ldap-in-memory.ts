import { startLdapServer } from '../../connectors/ldap/server.ts';
import { InMemoryDirectory } from '../connectors/ldap/support/in-memory-flows.ts';
import {
  type BenchDirectory,
  benchBaseDn,
  benchCardNumber,
  benchSecret,
  benchUid,
} from './ldap-directory.ts';

/** The façade over flows that live in memory: what the protocol alone costs. */
export async function startBenchDirectory(people: number): Promise<BenchDirectory> {
  const directory = new InMemoryDirectory();
  const cardNumbers = Array.from({ length: people }, (_, index) => benchCardNumber(index));
  for (const [index, number] of cardNumbers.entries()) {
    directory.addPerson(benchUid(index), number, { displayName: `Person ${index}` });
  }
  directory.addDevice('printer', 'card-search', { secret: benchSecret });
  directory.addDevice('door', 'card-bind', { secret: benchSecret });
  // A measurement of minutes would otherwise collect every sign-in.
  directory.logIns.push = () => 0;
  const server = await startLdapServer({
    flows: directory,
    clock: { now: () => Date.now() },
    log: () => undefined,
    baseDn: benchBaseDn,
    host: '127.0.0.1',
    ldapPort: 0,
    ldapsPort: undefined,
  });
  return {
    ldapPort: server.ldapPort!,
    baseDn: benchBaseDn,
    searchDn: `cn=printer,ou=devices,${benchBaseDn}`,
    searchSecret: benchSecret,
    cardNumbers,
    bindDns: cardNumbers.map((number) => `cn=${number},cn=door,ou=cards,${benchBaseDn}`),
    bindSecret: benchSecret,
  };
}
