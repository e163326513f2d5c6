import type { DirectoryRule } from '../../../idp/domain/directory-rule.ts';
import type { SearchRequest } from '../codec/request.ts';
import { type LdapResult, result, resultCode, success } from '../codec/result-code.ts';
import type { BoundDevice } from '../directory-service.ts';
import type { Identity } from '../session.ts';
import type { Place } from '../tree.ts';
import type { Viewer } from './candidates.ts';
import { type CardAssertion, readCardAssertion } from './card-assertion.ts';
import { reaches } from './scope.ts';

/** What a search is, before anything is looked up. */
export type SearchDecision =
  /** A sign-in: its own rules go on, and its own line in the trail says how it ended. */
  | {
      readonly kind: 'card';
      readonly device: BoundDevice;
      readonly assertion: Extract<CardAssertion, { readonly kind: 'number' | 'unreadable' }>;
    }
  | { readonly kind: 'people'; readonly viewer: Viewer; readonly rule: DirectoryRule }
  | { readonly kind: 'answered'; readonly rule: DirectoryRule; readonly result: LdapResult };

export const bindFirst: LdapResult = result(
  resultCode.insufficientAccessRights,
  'Bind as a device account first.',
);

/** Takes a search of the tree for what it is; every search of it goes through here. */
export function decideSearch(
  identity: Identity,
  { filter, scope }: Pick<SearchRequest, 'filter' | 'scope'>,
  place: Place,
): SearchDecision {
  if (identity.kind === 'anonymous') return answered('anonymous', bindFirst);
  if (place.kind === 'absent') {
    return answered('entry-not-there', result(resultCode.noSuchObject, '', place.matchedDN));
  }
  // Devices and cards exist to be bound to, not to be read.
  if (place.kind === 'device' || place.kind === 'card') {
    return answered('entry-not-there', result(resultCode.noSuchObject));
  }
  const { device } = identity;
  const assertion = readCardAssertion(filter, device.profile);
  if (assertion.kind === 'none') return { kind: 'people', ...seenBy(identity) };
  if (assertion.kind === 'refused') {
    const text = 'A card is searched by one exact number and nothing else.';
    return answered(assertion.rule, result(resultCode.unwillingToPerform, text));
  }
  // Whom a card let in is that person, not the device: no further cards.
  if (identity.kind !== 'device') return answered('person-searches-no-cards', success);
  if (!device.profile.ways.includes('card-search')) return answered('card-way-not-in-profile', success);
  if (!reaches(place, scope, 'people')) return answered('card-base-elsewhere', success);
  return { kind: 'card', device, assertion };
}

/** What an identity may see of people, and by which rule. */
export function seenBy(identity: Exclude<Identity, { readonly kind: 'anonymous' }>): {
  readonly viewer: Viewer;
  readonly rule: DirectoryRule;
} {
  const { device } = identity;
  if (identity.kind === 'person')
    return { viewer: { device, people: { own: identity.uid } }, rule: 'own-entry' };
  return device.profile.ways.includes('people')
    ? { viewer: { device, people: 'all' }, rule: 'people-of-client' }
    : { viewer: { device, people: 'none' }, rule: 'people-not-in-profile' };
}

function answered(rule: DirectoryRule, answer: LdapResult): SearchDecision {
  return { kind: 'answered', rule, result: answer };
}
