import type { DenialReason } from './decide-login.ts';
import { isWithinHours } from './hours-of-use.ts';
import type { Instant } from './instant.ts';
import type { LoginPolicy } from './login-policy.ts';
import type { Person } from './person.ts';

/** Why a client is not for this person, whatever card; asked at a sign-in and for as long as its session lives. */
export function personProblem(
  person: Pick<Person, 'state' | 'organizationId' | 'groups'>,
  policy: Pick<LoginPolicy, 'organizations' | 'requiredGroups'>,
): DenialReason | undefined {
  if (person.state === 'left') return 'person-left';
  if (person.state !== 'active') return 'person-suspended';
  if (policy.organizations !== 'any' && !policy.organizations.includes(person.organizationId)) {
    return 'organization-not-served';
  }
  const groups = policy.requiredGroups;
  if (groups.length > 0 && !groups.some((group) => person.groups.includes(group))) return 'group-required';
  return undefined;
}

/** A door or printer may be for the day only; whoever is in already is not put out. */
export function hoursProblem({ hours }: Pick<LoginPolicy, 'hours'>, now: Instant): DenialReason | undefined {
  return isWithinHours(hours, now) ? undefined : 'outside-hours';
}
