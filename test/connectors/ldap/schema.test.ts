import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../connectors/ldap/entry.ts';
import { attributesOfClass } from '../../../connectors/ldap/schema/class-attributes.ts';
import { subschemaEntry } from '../../../connectors/ldap/schema/subschema.ts';
import { readSelection, select } from '../../../connectors/ldap/search/selection.ts';

const valuesOf = (name: string) =>
  subschemaEntry.attributes.find(({ type }) => type.name === name)?.values ?? [];
const oidOf = (definition: string) => /^\( (\S+) /.exec(definition)?.[1] ?? '';
const namesOf = (definition: string) => {
  const [, list = ''] =
    / NAME (?:\(([^)]*)\)|('[^']*'))/.exec(definition)?.filter((part) => part !== undefined) ?? [];
  return [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name);
};
const wordBehind = (definition: string, keyword: string) =>
  new RegExp(` ${keyword} (\\S+)`).exec(definition)?.[1];
const listsBehind = (definition: string, keyword: RegExp) =>
  [...definition.matchAll(new RegExp(` (?:${keyword.source}) (?:\\(([^)]*)\\)|(\\S+))`, 'g'))].flatMap(
    ([, list, one]) => (list ?? one ?? '').split('$').map((name) => name.trim()),
  );

const attributeTypes = valuesOf('attributeTypes');
const objectClasses = valuesOf('objectClasses');
const matchingRules = valuesOf('matchingRules');
const syntaxes = valuesOf('ldapSyntaxes').map(oidOf);
const attributeNames = attributeTypes.flatMap(namesOf);

describe('the subschema', () => {
  test.each(['attributeTypes', 'objectClasses', 'matchingRules', 'matchingRuleUse', 'ldapSyntaxes'])(
    'gives %s as RFC 4512 writes them, each once',
    (name) => {
      const definitions = valuesOf(name);
      expect(definitions.length).toBeGreaterThan(5);
      for (const definition of definitions) {
        expect(definition).toMatch(
          /^\( \d+(?:\.\d+)+ (?:NAME (?:'[A-Za-z][\w-]*'|\( (?:'[A-Za-z][\w-]*' )+\))|DESC '[^']+').*\)$/,
        );
      }
      expect(new Set(definitions.map(oidOf)).size).toBe(definitions.length);
      const names = definitions.flatMap(namesOf).map((each) => each.toLowerCase());
      expect(new Set(names).size).toBe(names.length);
    },
  );

  test('defines every attribute that a class demands or allows, and every class above', () => {
    const classNames = objectClasses.flatMap(namesOf);
    for (const definition of objectClasses) {
      for (const name of listsBehind(definition, /MUST|MAY/)) expect(attributeNames).toContain(name);
      for (const name of listsBehind(definition, /SUP/)) expect(classNames).toContain(name);
    }
  });

  test('lists every syntax and every rule that a type uses', () => {
    const ruleNames = matchingRules.flatMap(namesOf);
    for (const definition of attributeTypes) {
      for (const keyword of ['EQUALITY', 'ORDERING', 'SUBSTR']) {
        const rule = wordBehind(definition, keyword);
        if (rule !== undefined) expect(ruleNames).toContain(rule);
      }
      expect(syntaxes).toContain(wordBehind(definition, 'SYNTAX'));
      const sup = wordBehind(definition, 'SUP');
      if (sup !== undefined) expect(attributeNames).toContain(sup);
    }
    for (const definition of matchingRules) expect(syntaxes).toContain(wordBehind(definition, 'SYNTAX'));
  });

  test('says for which types a rule can be named', () => {
    const uses = valuesOf('matchingRuleUse');
    for (const definition of uses) {
      expect(matchingRules.map(oidOf)).toContain(oidOf(definition));
      for (const name of listsBehind(definition, /APPLIES/)) expect(attributeNames).toContain(name);
    }
    expect(uses.find((definition) => definition.includes("'uuidMatch'"))).toContain('APPLIES entryUUID');
  });
});

describe('a list of attributes', () => {
  const entry: Entry = {
    dn: 'cn=x',
    attributes: ['objectClass', 'cn', 'sn', 'uid', 'mail', 'member', 'entryDN', 'createTimestamp'].flatMap(
      (name) => {
        const type = attributesOfClass('inetOrgPerson').find((each) => each.name === name);
        return [{ type: type ?? readSelection([name]).types[0]!, values: ['x'] }];
      },
    ),
  };
  const user = ['objectClass', 'cn', 'sn', 'uid', 'mail', 'member'];
  const operational = ['entryDN', 'createTimestamp'];
  const chosen = (...attributes: readonly string[]) =>
    select(entry, readSelection(attributes)).map(({ encodedType }) => encodedType.toString('utf8', 2));

  test.each<[string, readonly string[], readonly string[]]>([
    ['nothing: all user attributes', [], user],
    ['a star: the same', ['*'], user],
    ['a plus: operational ones', ['+'], operational],
    ['both: all', ['*', '+'], [...user, ...operational]],
    ['1.1: none', ['1.1'], []],
    ['1.1 beside another: that one', ['1.1', 'uid'], ['uid']],
    ['names in any case, twice', ['UID', 'uid', 'MAIL'], ['uid', 'mail']],
    ['aliases and OIDs', ['userid', 'rfc822Mailbox', '2.5.4.3', 'entrydn'], ['cn', 'uid', 'mail', 'entryDN']],
    ['a type above: those derived from it', ['name'], ['cn', 'sn']],
    ['a class: what it and those above allow', ['@person'], ['objectClass', 'cn', 'sn']],
    ['a class by its OID', ['@2.5.6.9'], ['objectClass', 'cn', 'member']],
    ['extensibleObject: all user attributes', ['@extensibleObject'], user],
    ['a language', ['cn;lang-ja'], []],
    ['what nobody knows', ['nonsense', '@nonsense', ''], []],
  ])('with %s', (_, attributes, expected) => {
    expect(chosen(...attributes)).toEqual(expected);
  });
});
