import type { Entry, EntryAttribute } from '../entry.ts';
import { type AttributeType, attributeType } from '../schema/attribute-types.ts';
import { attributesOfClass } from '../schema/class-attributes.ts';

/** Which attributes a search wants back. */
export interface Selection {
  readonly allUser: boolean;
  readonly allOperational: boolean;
  readonly types: readonly AttributeType[];
}

const allUserAttributes: Selection = { allUser: true, allOperational: false, types: [] };

/**
 * Reads an attribute list: empty or `*` for user attributes, `+` for operational ones, `@` and a class for those that
 * the class allows, `1.1` for none; a type stands for those derived from it, too. Unknown names are ignored.
 * @see RFC 4511 §4.5.1.8, RFC 3673, RFC 4529
 */
export function readSelection(attributes: readonly string[]): Selection {
  if (attributes.length === 0) return allUserAttributes;
  const types: AttributeType[] = [];
  let allUser = false;
  for (const name of attributes) {
    const type = attributeType(name);
    if (type !== undefined) types.push(...type.family);
    else if (name === '*' || name.toLowerCase() === '@extensibleobject') allUser = true;
    else if (name.startsWith('@')) types.push(...attributesOfClass(name.slice(1)));
  }
  return { allUser, allOperational: attributes.includes('+'), types };
}

/** The attributes of an entry that are wanted. */
export function select(entry: Entry, selection: Selection): readonly OutgoingEntryAttribute[] {
  const chosen: OutgoingEntryAttribute[] = [];
  for (const attribute of entry.attributes) {
    const { type } = attribute;
    const wanted = type.operational ? selection.allOperational : selection.allUser;
    if (wanted || selection.types.includes(type)) {
      chosen.push({ encodedType: type.encodedType, values: attribute.values });
    }
  }
  return chosen;
}

interface OutgoingEntryAttribute {
  readonly encodedType: Buffer;
  readonly values: EntryAttribute['values'];
}
