import { describe, expect, it } from 'vitest';
import { type Acr, toAcr } from '../../../idp/domain/assurance.ts';
import type { CardId } from '../../../idp/domain/card.ts';
import type { LoginDecision } from '../../../idp/domain/decide-login.ts';
import { decidePersonBind, type PersonBindFacts } from '../../../idp/domain/decide-person-bind.ts';
import type { PersonBind } from '../../../idp/domain/device-profile.ts';
import { parseHoursOfUse } from '../../../idp/domain/hours-of-use.ts';
import type { ClientId, LoginPolicy } from '../../../idp/domain/login-policy.ts';
import type { OrganizationId, PersonId } from '../../../idp/domain/person.ts';

/** A Monday, 10:00 in Japan. */
const now = Date.parse('2026-11-23T01:00:00Z');
const personId = 'person-1' as PersonId;
const tap: LoginDecision = {
  ...{ outcome: 'granted', personId, cardId: 'card-1' as CardId },
  ...{ acr: toAcr('certificate'), amr: ['user'] },
};
const facts: PersonBindFacts = {
  person: { personId, state: 'active', organizationId: 'org-1' as OrganizationId, groups: ['staff'] },
  password: 'right',
  tap,
};
const policy: LoginPolicy = {
  ...{ clientId: 'client-1' as ClientId, clientState: 'active', reader: 'ours', organizations: 'any' },
  acceptedAcr: [toAcr('certificate'), toAcr('password')],
  ...{ requiredGroups: [], hours: [], tapFreshSeconds: 30, tapUses: 1, readerClockAheadSeconds: 5 },
  ...{ pinWindowSeconds: 0, maxRevocationAgeSeconds: 172_800, staleGraceSeconds: 0, ocspOnEveryUse: false },
};
const byPassword: PersonBind = { password: true, tap: false, waitSeconds: 0 };
const byTap: PersonBind = { password: false, tap: true, waitSeconds: 0 };
const byBoth: PersonBind = { password: true, tap: true, waitSeconds: 0 };

interface Case {
  readonly facts?: Partial<PersonBindFacts>;
  readonly person?: Partial<PersonBindFacts['person']>;
  readonly demand?: PersonBind | undefined;
  readonly policy?: Partial<LoginPolicy>;
}

const decide = ({ demand = byPassword, ...changes }: Case) => {
  const person = facts.person && { ...facts.person, ...changes.person };
  return decidePersonBind(
    { ...facts, person, ...changes.facts },
    demand,
    { ...policy, ...changes.policy },
    now,
  );
};

describe('a bind as a person', () => {
  it.each<[string, PersonBind, Partial<PersonBindFacts>, Acr, readonly string[]]>([
    ['password', byPassword, { tap: 'none' }, toAcr('password'), ['pwd']],
    ['tap', byTap, { password: 'not-asked' }, toAcr('certificate'), ['user']],
    ['password and tap', byBoth, {}, toAcr('certificate'), ['pwd', 'user']],
  ])('is granted by %s, at what it rests on and nothing more', (_, demand, changes, acr, amr) => {
    expect(decide({ demand, facts: changes })).toEqual({ outcome: 'granted', personId, acr, amr });
  });

  it.each<[string, string, Case]>([
    ['client-disabled', 'the device is disabled', { policy: { clientState: 'disabled' } }],
    ['way-not-allowed', 'the device demands nothing', { demand: { ...byPassword, password: false } }],
    ['outside-hours', 'it is Monday', { policy: { hours: [parseHoursOfUse('sat-sun@00:00-24:00')] } }],
    ['person-unknown', 'nobody has that name', { facts: { person: undefined } }],
    ['password-wrong', 'the password is wrong', { facts: { password: 'wrong' } }],
    ['password-wrong', 'nobody was asked', { facts: { password: 'not-asked' } }],
    ['password-wrong', 'beside a tap too', { demand: byBoth, facts: { password: 'wrong' } }],
    ['person-suspended', 'the person is suspended', { person: { state: 'suspended' } }],
    ['person-left', 'the person has left', { person: { state: 'left' } }],
    ['organization-not-served', 'it is for others', { policy: { organizations: [] } }],
    ['group-required', 'it is for a group', { policy: { requiredGroups: ['tax'] } }],
    ['assurance-not-accepted', 'no password is accepted', { policy: { acceptedAcr: [toAcr('card-pin')] } }],
    ['tap-missing', 'no card was held', { demand: byTap, facts: { tap: 'none' } }],
    ['tap-missing', 'a password does not replace it', { demand: byBoth, facts: { tap: 'none' } }],
    [
      'tap-missing',
      'it was the card of somebody else',
      { demand: byTap, facts: { tap: { ...tap, personId: 'person-2' as PersonId } } },
    ],
    [
      'card-suspended',
      'the card is suspended',
      { demand: byBoth, facts: { tap: { outcome: 'denied', reason: 'card-suspended' } } },
    ],
  ])('is denied as %s: %s', (reason, _, changes) => {
    expect(decide(changes)).toEqual({ outcome: 'denied', reason });
  });

  it('is denied where the device has no such way', () => {
    const decision = decidePersonBind(facts, undefined, policy, now);
    expect(decision).toEqual({ outcome: 'denied', reason: 'way-not-allowed' });
  });
});
