import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../domain/registration.ts';
import type { LdapClient } from '../ports/clients.ts';
import { policyAfter } from './change-device-profile.ts';
import { requireDevice, requireStored } from './client-certificates.ts';
import type { FlowContext } from './context.ts';
import {
  acceptingPasswords,
  type PresenceChoices,
  policyWithPresence,
  profileWithPresence,
} from './device-presence.ts';
import { requireProfile } from './require-profile.ts';

/**
 * Changes when, how long and by what somebody is there for a device; it holds from its next sign-in on.
 * @returns the device as it is now; nothing is noted when it was so before.
 * @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`, `ERR_CLIENT_PROTOCOL`, `ERR_PROFILE`, `ERR_PERSON_BIND`
 */
export async function changeDevicePresence(
  context: Pick<FlowContext, 'record' | 'clock' | 'clients'>,
  request: { readonly client: string; readonly choices: PresenceChoices; readonly actor: Actor },
): Promise<LdapClient> {
  const { actor, choices } = request;
  const subject = requireDevice(context, request.client).policy.clientId;
  const device = await context.record.change(async (tables) => {
    const before = await requireStored(tables, subject);
    const profile = profileWithPresence(before.profile, choices, before.policy.reader);
    const accepting = acceptingPasswords(policyAfter(before, profile), before.profile, profile);
    const policy = policyWithPresence(accepting, choices);
    const after: LdapClient = { ...before, profile, policy };
    const changed = changedNames(before, after);
    if (changed.length === 0) return before;
    requireProfile(profile);
    await tables.clients.replaceSettings(after);
    await tables.clients.replacePolicy(policy);
    const details = { changed: changed.join(' ') };
    await tables.audit.append({
      ...{ at: context.clock.now(), type: 'client.policy-changed', actor, subject, details },
    });
    return after;
  });
  await context.clients.reload(context.record);
  return device;
}

function changedNames(before: LdapClient, after: LdapClient): readonly string[] {
  const shown = ({ policy, profile: { personBind } }: LdapClient) => {
    const { acceptedAcr, tapFreshSeconds, tapUses, hours } = policy;
    return { acceptedAcr, tapFreshSeconds, tapUses, hours, personBind };
  };
  const [old, now] = [shown(before), shown(after)];
  const names = Object.keys(now) as (keyof typeof now)[];
  return names.filter((name) => !isDeepStrictEqual(old[name], now[name])).sort();
}
