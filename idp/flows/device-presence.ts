import { type Acr, toAcr } from '../domain/assurance.ts';
import type { CardKind } from '../domain/card.ts';
import type { DeviceProfile, PersonBind } from '../domain/device-profile.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { HoursOfUse } from '../domain/hours-of-use.ts';
import type { LoginPolicy } from '../domain/login-policy.ts';

/** What an administrator says of when, how long and by what somebody is there; what is left out stays as it is. */
export interface PresenceChoices {
  readonly tapFreshSeconds?: number;
  readonly tapUses?: number;
  readonly hours?: readonly HoursOfUse[];
  readonly personBind?: PersonBind;
}

/** @throws {InvalidInput} `ERR_PERSON_BIND` when a tap is demanded where no reader of ours stands. */
export function profileWithPresence(
  profile: DeviceProfile,
  { personBind }: PresenceChoices,
  reader: LoginPolicy['reader'],
): DeviceProfile {
  const demand = personBind ?? profile.personBind;
  if (demand?.tap === true && reader === 'own') {
    throw new InvalidInput(
      'ERR_PERSON_BIND',
      'A tap is waited for at a reader of ours: a device with --own-reader cannot demand one of people who bind. Add an account without --own-reader for that.',
    );
  }
  if (personBind === undefined) return profile;
  const ways = new Set([...profile.ways, 'person-bind' as const]);
  return { ...profile, ways: [...ways], personBind };
}

/** What a device's sign-ins may rest on unless an administrator says otherwise: of its cards, and of its people. */
export function acceptedByDefault(
  reader: LoginPolicy['reader'],
  { personBind, spelling }: DeviceProfile,
): readonly Acr[] {
  const ofCards = ofKind(spelling.kind, reader);
  return restsOnPassword(personBind) ? [...ofCards, toAcr('password')] : ofCards;
}

/** What a kind of card is worth without its PIN. */
function ofKind(kind: CardKind, reader: LoginPolicy['reader']): readonly Acr[] {
  if (kind !== 'jpki') return [toAcr('idm')];
  return reader === 'own' ? [toAcr('serial')] : [toAcr('certificate'), toAcr('card-pin')];
}

/** Whether a password alone lets somebody in; beside a tap it is the tap that counts. */
export function restsOnPassword(personBind: PersonBind | undefined): boolean {
  return personBind?.password === true && !personBind.tap;
}

/** A device whose people come to bind by password accepts passwords from then on: it was asked for. */
export function acceptingPasswords(
  policy: LoginPolicy,
  before: DeviceProfile,
  { personBind }: DeviceProfile,
): LoginPolicy {
  const acr = toAcr('password');
  if (!restsOnPassword(personBind) || restsOnPassword(before.personBind)) return policy;
  if (policy.acceptedAcr.includes(acr)) return policy;
  return { ...policy, acceptedAcr: [...policy.acceptedAcr, acr] };
}

/** The policy after these choices. */
export function policyWithPresence(
  policy: LoginPolicy,
  { tapFreshSeconds, tapUses, hours }: PresenceChoices,
): LoginPolicy {
  return {
    ...policy,
    ...(tapFreshSeconds === undefined ? {} : { tapFreshSeconds }),
    ...(tapUses === undefined ? {} : { tapUses }),
    ...(hours === undefined ? {} : { hours }),
  };
}
