import { describe, expect, it } from 'vitest';
import { byPassword, byTemporaryCode, toAcr } from '../../../idp/domain/assurance.ts';
import { decideSignIn, type SignInFacts } from '../../../idp/domain/decide-sign-in.ts';
import { parseHoursOfUse } from '../../../idp/domain/hours-of-use.ts';
import type { LoginPolicy } from '../../../idp/domain/login-policy.ts';
import type { OrganizationId, PersonId } from '../../../idp/domain/person.ts';
import { noon, policyOf } from './login-case.ts';

const person: SignInFacts['person'] = {
  personId: 'hanako' as PersonId,
  state: 'active',
  organizationId: 'midori' as OrganizationId,
  groups: ['staff'],
};
const decide = (facts: Partial<SignInFacts>, policy: Partial<LoginPolicy>) =>
  decideSignIn(
    { person, assurance: byPassword, ...facts },
    policyOf({ acceptedAcr: [toAcr('password')], ...policy }),
    noon,
  );

describe('a sign-in without a card', () => {
  it('is granted for what the client lists', () => {
    expect(decide({}, {})).toEqual({
      ...{ outcome: 'granted', personId: person.personId },
      ...{ acr: 'urn:kazasu:acr:password', amr: ['pwd'] },
    });
  });

  it('is granted as a part of a combination that the client lists', () => {
    const acceptedAcr = [toAcr('certificate+password')];
    expect(decide({}, { acceptedAcr })).toMatchObject({ outcome: 'granted', acr: toAcr('password') });
  });

  it.each<[string, Partial<SignInFacts>, Partial<LoginPolicy>]>([
    ['client-disabled', {}, { clientState: 'disabled' }],
    ['person-left', { person: { ...person, state: 'left' } }, {}],
    ['person-suspended', { person: { ...person, state: 'suspended' } }, {}],
    ['organization-not-served', {}, { organizations: ['other' as OrganizationId] }],
    ['group-required', {}, { requiredGroups: ['finance'] }],
    ['outside-hours', {}, { hours: [parseHoursOfUse('mon-sun@23:00-24:00')] }],
    ['assurance-not-accepted', {}, { acceptedAcr: [toAcr('card-pin')] }],
    [
      'assurance-not-accepted',
      { assurance: byTemporaryCode },
      { acceptedAcr: [toAcr('certificate+password')] },
    ],
    ['assurance-not-accepted', {}, { acceptedAcr: [] }],
  ])('is denied: %s', (reason, facts, policy) => {
    expect(decide(facts, policy)).toEqual({ outcome: 'denied', reason });
  });
});
