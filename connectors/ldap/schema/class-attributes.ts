import { type AttributeType, attributeType } from './attribute-types.ts';
import { objectClasses } from './object-classes.ts';

interface ObjectClass {
  readonly sup: string | undefined;
  readonly attributes: readonly AttributeType[];
}

const byName = new Map<string, ObjectClass>();

for (const definition of objectClasses) {
  const [, oid = '', name = ''] = /^\( (\S+) NAME '(\S+)'/.exec(definition) ?? [];
  const [, sup] = / SUP (\S+)/.exec(definition) ?? [];
  const attributes = namesIn(definition).flatMap((each) => attributeType(each) ?? []);
  byName.set(oid, { sup, attributes }).set(name.toLowerCase(), { sup, attributes });
}

/** Names behind MUST and MAY: one, or a list in brackets. */
function namesIn(definition: string): readonly string[] {
  return [...definition.matchAll(/ (?:MUST|MAY) (?:\(([^)]*)\)|(\S+))/g)].flatMap(([, list, one]) =>
    (list ?? one ?? '').split('$').map((name) => name.trim()),
  );
}

/** The attributes that a class and those above it demand or allow; none of a class that is not known. @see RFC 4529 */
export function attributesOfClass(nameOrOid: string): readonly AttributeType[] {
  const known = byName.get(nameOrOid.toLowerCase());
  if (known === undefined) return [];
  return [...known.attributes, ...(known.sup === undefined ? [] : attributesOfClass(known.sup))];
}
