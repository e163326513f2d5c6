import type { CardNumber } from '../../../idp/domain/card.ts';
import { readCardNumber } from '../../../idp/domain/card-spelling.ts';
import type { DeviceProfile } from '../../../idp/domain/device-profile.ts';
import type { Filter } from '../codec/filter.ts';
import { type AttributeType, attributeType } from '../schema/attribute-types.ts';

/** What a filter asks about cards. */
export type CardAssertion =
  | { readonly kind: 'none' }
  /** Presence, substrings, ranges, a negation, or two different numbers: a way to find out numbers. */
  | { readonly kind: 'refused'; readonly rule: 'card-not-by-equality' | 'card-asserted-twice' }
  /** Spelled as no number of this device is: nobody's card. */
  | { readonly kind: 'unreadable' }
  | {
      readonly kind: 'number';
      readonly number: CardNumber;
      /** As the device spelled it. */
      readonly text: string;
      readonly attributes: readonly AttributeType[];
      /** The parts of the filter that assert it. */
      readonly items: readonly Filter[];
    };

/**
 * Finds the one card number that a filter asserts. An OR over several attributes with the same number, as
 * some printers send it, is one.
 */
export function readCardAssertion(filter: Filter, profile: DeviceProfile): CardAssertion {
  const found: Asserted[] = [];
  if (!collect(filter, profile, found, false)) return { kind: 'refused', rule: 'card-not-by-equality' };
  const [first] = found;
  if (first === undefined) return { kind: 'none' };
  const number = readCardNumber(profile.spelling, first.text);
  for (const { text } of found) {
    if (text === first.text) continue;
    const other = readCardNumber(profile.spelling, text);
    if (number === undefined || other?.value !== number.value) {
      return { kind: 'refused', rule: 'card-asserted-twice' };
    }
  }
  if (number === undefined) return { kind: 'unreadable' };
  return {
    kind: 'number',
    number,
    text: first.text,
    // By its name and by its OID it is one.
    attributes: [...new Set(found.map(({ type }) => type))],
    items: found.map(({ item }) => item),
  };
}

/** Whether an attribute description means a card attribute of this device, by any of its names or a type above it. */
export function isCardAttribute(profile: DeviceProfile, description: string): boolean {
  // Options (`serialNumber;x`) name a subtype: still a question about cards.
  const optionsAt = description.indexOf(';');
  const base = optionsAt === -1 ? description : description.slice(0, optionsAt);
  const type = attributeType(base);
  if (type === undefined) return profile.cardAttributes.includes(base);
  return type.family.some(({ key }) => profile.cardAttributes.includes(key));
}

interface Asserted {
  readonly text: string;
  readonly type: AttributeType;
  readonly item: Filter;
}

/** @returns false when the filter touches a card attribute in a way that is refused */
function collect(filter: Filter, profile: DeviceProfile, found: Asserted[], negated: boolean): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.every((part) => collect(part, profile, found, negated));
    case 'not':
      return collect(filter.part, profile, found, true);
    case 'extensible':
      // Without an attribute it would be about every one.
      return filter.attribute === undefined
        ? profile.cardAttributes.length === 0
        : !isCardAttribute(profile, filter.attribute);
    default: {
      if (!isCardAttribute(profile, filter.attribute)) return true;
      const type = attributeType(filter.attribute);
      if (filter.kind !== 'equality' || negated || type === undefined) return false;
      found.push({ text: filter.value, type, item: filter });
      return true;
    }
  }
}
