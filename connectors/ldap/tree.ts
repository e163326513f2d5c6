import { InvalidInput } from '../../idp/domain/fault.ts';
import { type Dn, escapeDnValue, parseDn, type Rdn, rememberingParseDn } from './codec/dn.ts';

export type ContainerName = 'people' | 'groups' | 'devices' | 'cards';

export const containerNames: readonly ContainerName[] = ['people', 'groups', 'devices', 'cards'];

/** Where a DN points to. Whether somebody stands there is another question. */
export type Place =
  | { readonly kind: 'root' | 'schema' | 'base' }
  | { readonly kind: 'container'; readonly name: ContainerName }
  | { readonly kind: 'person'; readonly uid: string }
  | { readonly kind: 'group'; readonly cn: string }
  | { readonly kind: 'device'; readonly name: string }
  /** `cn=<number>,cn=<device>,ou=cards`: exists only to be bound to. */
  | { readonly kind: 'card'; readonly number: string; readonly device: string }
  /** Nothing can be there; `matchedDN` is the nearest place above it. */
  | { readonly kind: 'absent'; readonly matchedDN: string };

/** The names under one base DN. */
export interface Tree {
  readonly baseDn: string;
  readonly baseRdn: Rdn;
  /** @throws {InvalidInput} `ERR_LDAP_DN` */
  locate(dnText: string): Place;
  /** The DN of the container that a person or group would be in. */
  above(place: Place): string;
  containerDn(name: ContainerName): string;
  personDn(uid: string): string;
  groupDn(cn: string): string;
  deviceDn(name: string): string;
  cardDn(number: string, device: string): string;
}

export const subschemaDn = 'cn=Subschema';
const subschemaKey = 'cn=subschema';
const cardTypes = new Set(['cn', 'uid', 'serialnumber']);

/** @throws {InvalidInput} `ERR_LDAP_DN` when the base is no DN or empty */
export function createTree(baseDn: string): Tree {
  const base = parseDn(baseDn);
  const [baseRdn] = base.rdns;
  if (baseRdn === undefined) throw new InvalidInput('ERR_LDAP_DN', 'The base DN is empty.');
  const under = (step: string) => `${step},${baseDn}`;
  const read = rememberingParseDn();
  const locate = (dnText: string) => place(read(dnText), base, baseDn);
  // Devices repeat one search base for ever.
  let lastText = baseDn;
  let lastPlace = locate(baseDn);
  return {
    baseDn,
    baseRdn,
    locate: (dnText) => {
      if (dnText === lastText) return lastPlace;
      const found = locate(dnText);
      lastText = dnText;
      lastPlace = found;
      return found;
    },
    above: ({ kind }) =>
      kind === 'person' ? under('ou=people') : kind === 'group' ? under('ou=groups') : '',
    containerDn: (name) => under(`ou=${name}`),
    personDn: (uid) => under(`uid=${escapeDnValue(uid)},ou=people`),
    groupDn: (cn) => under(`cn=${escapeDnValue(cn)},ou=groups`),
    deviceDn: (name) => under(`cn=${escapeDnValue(name)},ou=devices`),
    cardDn: (number, device) => under(`cn=${escapeDnValue(number)},cn=${escapeDnValue(device)},ou=cards`),
  };
}

function place({ rdns }: Dn, base: Dn, baseDn: string): Place {
  if (rdns.length === 0) return { kind: 'root' };
  if (rdns.length === 1 && rdns[0]?.key === subschemaKey) return { kind: 'schema' };
  const depth = rdns.length - base.rdns.length;
  if (depth < 0 || base.rdns.some((rdn, index) => rdn.key !== rdns[depth + index]?.key)) {
    return { kind: 'absent', matchedDN: '' };
  }
  if (depth === 0) return { kind: 'base' };
  const container = containerNames.find((name) => rdns[depth - 1]?.key === `ou=${name}`);
  if (container === undefined) return { kind: 'absent', matchedDN: baseDn };
  if (depth === 1) return { kind: 'container', name: container };
  return (
    leaf(container, rdns.slice(0, depth - 1)) ?? { kind: 'absent', matchedDN: `ou=${container},${baseDn}` }
  );
}

function leaf(container: ContainerName, rdns: readonly Rdn[]): Place | undefined {
  const first = onlyPair(rdns[0]);
  if (first === undefined) return undefined;
  if (container === 'cards') return cardLeaf(first, rdns);
  if (rdns.length !== 1) return undefined;
  if (container === 'people') return first.type === 'uid' ? { kind: 'person', uid: first.value } : undefined;
  if (first.type !== 'cn') return undefined;
  return container === 'groups' ? { kind: 'group', cn: first.value } : { kind: 'device', name: first.value };
}

function cardLeaf(first: { type: string; value: string }, rdns: readonly Rdn[]): Place | undefined {
  const second = onlyPair(rdns[1]);
  if (rdns.length !== 2 || second?.type !== 'cn' || !cardTypes.has(first.type)) return undefined;
  return { kind: 'card', number: first.value, device: second.value };
}

function onlyPair(rdn: Rdn | undefined) {
  return rdn?.pairs.length === 1 ? rdn.pairs[0] : undefined;
}
