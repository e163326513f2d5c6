import { objectClasses } from './object-classes.ts';

const oids = new Map<string, string>();

for (const definition of objectClasses) {
  const [, oid = '', name = ''] = /^\( (\S+) NAME '(\S+)'/.exec(definition) ?? [];
  oids.set(name.toLowerCase(), oid);
}

/** Makes names known as short for an OID; attribute types and matching rules do so as they load. */
export function noteDescriptors(oid: string, names: readonly string[]): void {
  for (const name of names) oids.set(name.toLowerCase(), oid);
}

/** The OID that a name stands for, in any case. @see RFC 4512 §1.4 */
export function oidOfDescriptor(name: string): string | undefined {
  return oids.get(name.toLowerCase());
}
