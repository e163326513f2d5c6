import { describe, expect, test } from 'vitest';
import type { Filter } from '../../../connectors/ldap/codec/filter.ts';
import type { Entry } from '../../../connectors/ldap/entry.ts';
import { knownType } from '../../../connectors/ldap/schema/attribute-types.ts';
import {
  readGeneralizedTime,
  writeGeneralizedTime,
} from '../../../connectors/ldap/schema/generalized-time.ts';
import { matchingRule } from '../../../connectors/ldap/schema/matching-rules.ts';
import { evaluate } from '../../../connectors/ldap/search/evaluate.ts';
import { equal } from './support/requests.ts';

const entry: Entry = {
  dn: 'uid=tanaka,ou=people,dc=example,dc=jp',
  attributes: Object.entries({
    objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'],
    uid: ['tanaka'],
    cn: ['田中　花子', 'Tanaka  Hanako'],
    title: ['Straße'],
    mail: ['Tanaka@example.jp'],
    pager: ['03-1234 5678'],
    memberOf: ['cn=総務,ou=groups,dc=example,dc=jp'],
    hasSubordinates: ['FALSE'],
    createTimestamp: ['20261122090000Z'],
    entryUUID: ['597ae2f6-16a6-1027-98f4-d28b5365dc14'],
    structuralObjectClass: ['inetOrgPerson'],
    supportedLDAPVersion: ['3'],
  }).map(([name, values]) => ({ type: knownType(name), values })),
};

const isTrue = (filter: Filter) => evaluate(filter, entry);
const not = (part: Filter): Filter => ({ kind: 'not', part });

describe('equality goes by the syntax of the attribute', () => {
  test.each<[string, string, string, boolean | undefined]>([
    ['another case', 'uid', 'TANAKA', true],
    ['full-width letters', 'uid', 'ＴＡＮＡＫＡ', true],
    ['half-width kana and another kind of space', 'cn', ' 田中 花子 ', true],
    ['more spaces inside and around', 'cn', '  tanaka hanako ', true],
    ['a soft hyphen and a zero-width space inside', 'uid', 'ta\u00adna\u200bka', true],
    ['ss for ß', 'title', 'STRASSE', true],
    ['no space where there is one', 'cn', 'tanakahanako', false],
    ['an empty text, which no directory string is', 'cn', '', undefined],
    ['a mail address in another case', 'mail', 'tanaka@EXAMPLE.JP', true],
    ['what no mail address can be', 'mail', '田中@example.jp', undefined],
    ['a telephone number without its hyphens', 'pager', '0312345678', true],
    ['a telephone number with others', 'pager', '0 3-1-2345-678', true],
    ['another telephone number', 'pager', '0312345679', false],
    [
      'a DN in another spelling',
      'memberOf',
      'CN= 総務; OU=Groups,dc=example, 0.9.2342.19200300.100.1.25=jp',
      true,
    ],
    ['what is no DN', 'memberOf', '総務', undefined],
    ['a class by its name', 'objectClass', 'INETORGPERSON', true],
    ['a class by its OID', 'objectClass', '2.16.840.1.113730.3.2.2', true],
    ['a class above it', 'objectClass', '2.5.6.6', true],
    ['a class that it has not', 'objectClass', 'groupOfNames', false],
    ['a class that nobody knows', 'objectClass', 'user', undefined],
    ['a numeric OID that nobody knows', 'objectClass', '1.2.3.4', false],
    ['the structural class by its OID', 'structuralObjectClass', '2.16.840.1.113730.3.2.2', true],
    ['a boolean', 'hasSubordinates', 'false', true],
    ['what is no boolean', 'hasSubordinates', 'no', undefined],
    ['an integer', 'supportedLDAPVersion', '3', true],
    ['what is no integer', 'supportedLDAPVersion', '3.0', undefined],
    ['the same time in another zone', 'createTimestamp', '20261122180000+0900', true],
    ['the same time with a fraction', 'createTimestamp', '202611220900,0Z', true],
    ['another time', 'createTimestamp', '20261122090001Z', false],
    ['what is no time', 'createTimestamp', '2026-11-22', undefined],
    ['a UUID in another case', 'entryUUID', '597AE2F6-16A6-1027-98F4-D28B5365DC14', true],
    ['what is no UUID', 'entryUUID', '597ae2f616a6102798f4d28b5365dc14', undefined],
    ['the type above: a name is also a common name', 'name', 'Tanaka Hanako', true],
    ['an alias of the type', 'userid', 'tanaka', true],
    ['the OID of the type', '0.9.2342.19200300.100.1.1', 'tanaka', true],
    ['a type with a language, of which nobody has a value', 'cn;lang-ja', '田中 花子', false],
    ['a type with an option that nobody knows', 'cn;x-raw', '田中 花子', undefined],
    ['a type that nobody knows', 'nonsense', 'x', undefined],
  ])('%s', (_, attribute, value, verdict) => {
    expect(isTrue(equal(attribute, value))).toBe(verdict);
    expect(isTrue({ kind: 'approx', attribute, value })).toBe(verdict);
    expect(isTrue(not(equal(attribute, value)))).toBe(verdict === undefined ? undefined : !verdict);
  });
});

describe('order', () => {
  test.each<[string, 'greaterOrEqual' | 'lessOrEqual', string, string, boolean | undefined]>([
    ['a later time', 'greaterOrEqual', 'createTimestamp', '20261122180000+0900', true],
    ['a time that is not reached', 'greaterOrEqual', 'createTimestamp', '20261122090001Z', false],
    ['an earlier time', 'lessOrEqual', 'createTimestamp', '2026112210Z', true],
    ['what is no time', 'lessOrEqual', 'createTimestamp', '2026', undefined],
    ['a UUID', 'greaterOrEqual', 'entryUUID', '00000000-0000-0000-0000-000000000000', true],
    ['a text without an ordering rule', 'greaterOrEqual', 'uid', 'a', undefined],
    ['a DN', 'lessOrEqual', 'memberOf', 'cn=x', undefined],
    ['an integer without an ordering rule', 'lessOrEqual', 'supportedLDAPVersion', '4', undefined],
  ])('of %s', (_, kind, attribute, value, verdict) => {
    expect(isTrue({ kind, attribute, value })).toBe(verdict);
  });

  test('of integers is by number', () => {
    const rule = matchingRule('integerOrderingMatch')!;
    expect(rule.prepare('9')! < rule.prepare('10')!).toBe(true);
    expect(rule.prepare('-10')! < rule.prepare('-9')!).toBe(true);
    expect(rule.prepare('007')).toBeUndefined();
  });
});

describe('substrings', () => {
  const of = (attribute: string, ...parts: readonly [string?, (readonly string[])?, string?]): Filter => {
    const [initial, any = [], final] = parts;
    return { kind: 'substrings', attribute, initial, any, final };
  };
  test.each<[string, Filter, boolean | undefined]>([
    ['a beginning', of('cn', 'tan'), true],
    ['a beginning in full-width letters', of('cn', 'ＴＡＮ'), true],
    ['a middle', of('cn', undefined, ['aka h', 'na']), true],
    ['a middle in the wrong order', of('cn', undefined, ['hana', 'tana']), false],
    ['an end', of('cn', undefined, [], 'NAKO'), true],
    ['two parts that would overlap', of('uid', 'tanak', [], 'naka'), false],
    ['a part that ends in the space of the value', of('cn', 'tanaka '), true],
    ['parts that share the space between words', of('cn', undefined, ['tanaka ', ' hanako']), true],
    ['a space that the value has not', of('cn', undefined, ['tan aka']), false],
    ['a telephone number', of('pager', '03', ['12-34'], '8'), true],
    ['a mail address', of('mail', undefined, [], '@EXAMPLE.jp'), true],
    ['what no mail address can contain', of('mail', undefined, ['田']), undefined],
    ['a DN, which has no parts', of('memberOf', 'cn='), undefined],
    ['a class', of('objectClass', 'inet'), undefined],
    ['a time', of('createTimestamp', '2026'), undefined],
  ])('of %s', (_, filter, verdict) => {
    expect(isTrue(filter)).toBe(verdict);
  });
});

describe('a match by a rule of the client’s', () => {
  const by = (
    matchingRule: string | undefined,
    attribute: string | undefined,
    value: string,
    dnAttributes = false,
  ): Filter => ({ kind: 'extensible', matchingRule, attribute, value, dnAttributes });
  test.each<[string, Filter, boolean | undefined]>([
    ['exact, right', by('caseexactmatch', 'mail', 'x'), undefined],
    ['exact by OID', by('2.5.13.5', 'uid', 'tanaka'), true],
    ['exact, another case', by('caseExactMatch', 'uid', 'Tanaka'), false],
    ['no rule: the type’s own', by(undefined, 'uid', 'TANAKA'), true],
    ['no attribute: any that the rule compares', by('caseIgnoreMatch', undefined, 'tanaka hanako'), true],
    ['no attribute, and none matches', by('caseIgnoreMatch', undefined, 'suzuki'), false],
    [
      'no attribute, by DN',
      by('distinguishedNameMatch', undefined, 'CN=総務,ou=groups,dc=example,dc=jp'),
      true,
    ],
    ['the name of the entry', by(undefined, 'ou', 'people', true), true],
    ['the name of the entry, not asked for', by(undefined, 'ou', 'people', false), false],
    ['any part of the name', by('caseIgnoreMatch', undefined, 'PEOPLE', true), true],
    ['the name by a rule of its own', by('caseIgnoreIA5Match', 'dc', 'JP', true), true],
    ['what stands before', by('generalizedTimeOrderingMatch', 'createTimestamp', '20270101000000Z'), true],
    [
      'what does not stand before',
      by('generalizedTimeOrderingMatch', 'createTimestamp', '20261122090000Z'),
      false,
    ],
    ['a rule that does not go with the type', by('integerMatch', 'uid', '1'), undefined],
    ['a rule that nobody knows', by('1.2.840.113556.1.4.803', 'uid', '2'), undefined],
    ['a rule of substrings', by('caseIgnoreSubstringsMatch', 'uid', 'tan*'), undefined],
    ['an attribute that nobody knows', by('caseIgnoreMatch', 'nonsense', 'x'), undefined],
    ['a value that is none of the rule’s', by('integerMatch', 'supportedLDAPVersion', 'x'), undefined],
    ['an attribute with a language', by('caseIgnoreMatch', 'cn;lang-ja', 'tanaka hanako'), false],
  ])('%s', (_, filter, verdict) => {
    expect(isTrue(filter)).toBe(verdict);
  });
});

describe('logic of three values', () => {
  const unknown = equal('nonsense', 'x');
  const yes = equal('uid', 'tanaka');
  const no = equal('uid', 'suzuki');
  test.each<[string, Filter, boolean | undefined]>([
    ['nothing at all holds', { kind: 'and', parts: [] }, true],
    ['none of nothing holds', { kind: 'or', parts: [] }, false],
    ['yes and unknown', { kind: 'and', parts: [yes, unknown] }, undefined],
    ['unknown and no', { kind: 'and', parts: [unknown, no] }, false],
    ['unknown or yes', { kind: 'or', parts: [unknown, yes] }, true],
    ['no or unknown', { kind: 'or', parts: [no, unknown] }, undefined],
    ['not unknown', not(unknown), undefined],
    ['not (unknown and no)', not({ kind: 'and', parts: [unknown, no] }), true],
  ])('%s', (_, filter, verdict) => {
    expect(isTrue(filter)).toBe(verdict);
  });
});

describe('a generalized time', () => {
  test.each([
    ['20261122090000Z', '2026-11-22T09:00:00.000Z'],
    ['2026112209Z', '2026-11-22T09:00:00.000Z'],
    ['2026112209.5Z', '2026-11-22T09:30:00.000Z'],
    ['202611220900,25Z', '2026-11-22T09:00:15.000Z'],
    ['20261122090000.125Z', '2026-11-22T09:00:00.125Z'],
    ['20261122090000+09', '2026-11-22T00:00:00.000Z'],
    ['20261122090000-0130', '2026-11-22T10:30:00.000Z'],
    ['20240229000000Z', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, moment) => {
    expect(new Date(readGeneralizedTime(text)!).toISOString()).toBe(moment);
  });

  test.each(['20261122090000', '20260229000000Z', '20261301000000Z', '2026112225Z', '20261122Z', '', 'Z'])(
    '%j is none',
    (text) => {
      expect(readGeneralizedTime(text)).toBeUndefined();
    },
  );

  test('is written as it is read', () => {
    expect(writeGeneralizedTime(Date.UTC(2026, 10, 22, 9))).toBe('20261122090000Z');
  });
});
