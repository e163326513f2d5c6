import type { Instant } from '../../idp/domain/instant.ts';
import { type Entry, type EntryAttribute, moment, operational } from './entry.ts';
import { knownType } from './schema/attribute-types.ts';
import { containerNames, type Tree } from './tree.ts';

const types = {
  objectClass: knownType('objectClass'),
  structuralObjectClass: knownType('structuralObjectClass'),
  o: knownType('o'),
  ou: knownType('ou'),
  dc: knownType('dc'),
  createTimestamp: knownType('createTimestamp'),
  modifyTimestamp: knownType('modifyTimestamp'),
};

/** The base entry, then one per container: what holds the others together, there since the server is. */
export function containerEntries(tree: Tree, startedAt: Instant): readonly [Entry, ...Entry[]] {
  const times = [moment(types.createTimestamp, startedAt), moment(types.modifyTimestamp, startedAt)];
  return [
    baseEntry(tree, times),
    ...containerNames.map((name) => {
      const dn = tree.containerDn(name);
      return {
        dn,
        attributes: [
          { type: types.objectClass, values: ['top', 'organizationalUnit'] },
          { type: types.ou, values: [name] },
          { type: types.structuralObjectClass, values: ['organizationalUnit'] },
          ...operational(dn, ['TRUE']),
          ...times,
        ],
      };
    }),
  ];
}

function baseEntry(tree: Tree, times: readonly EntryAttribute[]): Entry {
  const naming = tree.baseRdn.pairs.map(({ type, value }) => ({ type, values: [value] }));
  const isOrganization = naming.some(({ type }) => type === 'o');
  const isUnit = naming.some(({ type }) => type === 'ou');
  const structural = isOrganization ? 'organization' : isUnit ? 'organizationalUnit' : 'domain';
  return {
    dn: tree.baseDn,
    attributes: [
      { type: types.objectClass, values: ['top', structural] },
      ...naming.flatMap(({ type, values }) =>
        type === 'o' || type === 'ou' || type === 'dc' ? [{ type: types[type], values }] : [],
      ),
      { type: types.structuralObjectClass, values: [structural] },
      ...operational(tree.baseDn, ['TRUE']),
      ...times,
    ],
  };
}
