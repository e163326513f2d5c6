import { describe, expect, test } from 'vitest';
import { dnKey, escapeDnValue, parseDn, rememberingParseDn } from '../../../connectors/ldap/codec/dn.ts';
import { createTree } from '../../../connectors/ldap/tree.ts';

const key = (text: string) => dnKey(parseDn(text));

describe('a distinguished name', () => {
  const canonical = 'uid=tanaka,ou=people,dc=example,dc=jp';
  test.each([
    ['other case', 'UID=Tanaka,OU=People,DC=Example,DC=JP'],
    ['spaces around separators', ' uid = tanaka , ou= people ,dc=example, dc=jp '],
    ['semicolons', 'uid=tanaka;ou=people;dc=example;dc=jp'],
    ['quotes', 'uid="tanaka",ou="people",dc=example,dc=jp'],
    ['OIDs', '0.9.2342.19200300.100.1.1=tanaka,2.5.4.11=people,OID.0.9.2342.19200300.100.1.25=example,dc=jp'],
    ['hex pairs', 'uid=\\74\\61naka,ou=people,dc=example,dc=jp'],
    ['a BER value in hex', 'uid=#040674616e616b61,ou=people,dc=example,dc=jp'],
    ['full-width letters', 'uid=ｔａｎａｋａ,ou=people,dc=example,dc=jp'],
    ['long names of types', 'userid=tanaka,organizationalUnitName=people,domainComponent=example,dc=jp'],
  ])('is the same entry with %s', (_, spelled) => {
    expect(key(spelled)).toBe(key(canonical));
  });

  test.each([
    ['an escaped comma from a separator', 'uid=a\\,ou=people', 'uid=a,ou=people'],
    ['an escaped trailing space from none', 'cn=a\\ \\ b', 'cn=ab'],
    ['an escaped plus from a second pair', 'cn=a\\+uid=b', 'cn=a+uid=b'],
    ['two orders of steps', 'ou=a,ou=b', 'ou=b,ou=a'],
  ])('tells %s apart', (_, one, other) => {
    expect(key(one)).not.toBe(key(other));
  });

  test('pairs of one step come in any order', () => {
    expect(key('cn=a+uid=b,dc=jp')).toBe(key('UID=b + CN=a,dc=jp'));
  });

  test.each([
    'tanaka',
    '=tanaka',
    'uid=tanaka,',
    'uid=tanaka,,dc=jp',
    'uid=a"b',
    'uid="a',
    'uid="a"b',
    'uid=\\',
    'uid=\\zz',
    'uid=#04',
    'uid=#0406ff',
    'u id=x',
    `uid=${'x'.repeat(9000)}`,
    `${'dc=a,'.repeat(65)}dc=b`,
  ])('refuses %j', (text) => {
    expect(() => parseDn(text)).toThrow(expect.objectContaining({ code: 'ERR_LDAP_DN' }));
  });

  test.each(['sato, jr', ' lead', 'trail ', '#hash', 'a+b="c";<d>\\', '田中 花子', ' ', '\0nul', ''])(
    'carries the value %j through escaping and parsing',
    (value) => {
      const [rdn] = parseDn(`cn=${escapeDnValue(value)},dc=jp`).rdns;
      expect(rdn?.pairs).toEqual([{ type: 'cn', value }]);
    },
  );

  test('is read alike by the parser that remembers', () => {
    const remembering = rememberingParseDn();
    const names = [
      'uid=a,dc=jp',
      'UID=b,dc=jp',
      'cn=x y,dc=jp',
      'cn=a+uid=b,dc=jp',
      'cn=a\\,b,dc=jp',
      'userid=c , dc=jp',
    ];
    for (const name of [...names, ...names]) expect(remembering(name)).toEqual(parseDn(name));
    for (const name of ['uid=a,', 'uid=a,,dc=jp', 'uid=a, ', 'x']) {
      expect(() => remembering(name)).toThrow(expect.objectContaining({ code: 'ERR_LDAP_DN' }));
    }
  });

  test('a long run of spaces is read in no time', () => {
    const started = performance.now();
    parseDn(`cn=a${' '.repeat(4000)}\\ ${' '.repeat(4000)}b`);
    expect(performance.now() - started).toBeLessThan(50);
  });
});

describe('the tree under a base DN', () => {
  const tree = createTree('dc=example,dc=jp');
  test.each([
    ['', { kind: 'root' }],
    ['cn=SUBSCHEMA', { kind: 'schema' }],
    ['dc=example,dc=jp', { kind: 'base' }],
    ['OU=People, dc=example, dc=jp', { kind: 'container', name: 'people' }],
    ['uid=tanaka,ou=people,dc=example,dc=jp', { kind: 'person', uid: 'tanaka' }],
    ['cn=printing,ou=groups,dc=example,dc=jp', { kind: 'group', cn: 'printing' }],
    ['cn=door,ou=devices,dc=example,dc=jp', { kind: 'device', name: 'door' }],
    ['cn=0a1b,cn=door,ou=cards,dc=example,dc=jp', { kind: 'card', number: '0a1b', device: 'door' }],
    ['uid=0a1b,cn=door,ou=cards,dc=example,dc=jp', { kind: 'card', number: '0a1b', device: 'door' }],
    ['cn=0a1b,ou=cards,dc=example,dc=jp', { kind: 'absent', matchedDN: 'ou=cards,dc=example,dc=jp' }],
    ['cn=x,ou=people,dc=example,dc=jp', { kind: 'absent', matchedDN: 'ou=people,dc=example,dc=jp' }],
    ['uid=a+cn=b,ou=people,dc=example,dc=jp', { kind: 'absent', matchedDN: 'ou=people,dc=example,dc=jp' }],
    ['ou=other,dc=example,dc=jp', { kind: 'absent', matchedDN: 'dc=example,dc=jp' }],
    ['dc=other,dc=jp', { kind: 'absent', matchedDN: '' }],
    ['dc=jp', { kind: 'absent', matchedDN: '' }],
  ])('%j is a place', (dn, place) => {
    expect(tree.locate(dn)).toEqual(place);
  });
});
