import { isDeepStrictEqual } from 'node:util';
import { changedProfile, type DeviceChoices } from '../domain/device-choices.ts';
import type { DeviceProfile } from '../domain/device-profile.ts';
import type { Actor } from '../domain/registration.ts';
import type { LdapClient } from '../ports/clients.ts';
import { requireDevice, requireStored } from './client-certificates.ts';
import type { FlowContext } from './context.ts';
import { acceptedByDefault } from './device-presence.ts';
import { requireProfile } from './require-profile.ts';

/**
 * Changes what a device sends, may ask and sees; it holds from the next operation on, on open connections too.
 * @returns the device as it is now; nothing is noted when it was so before.
 * @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`, `ERR_CLIENT_PROTOCOL`, `ERR_PROFILE`
 */
export async function changeDeviceProfile(
  context: Pick<FlowContext, 'record' | 'clock' | 'clients'>,
  request: { readonly client: string; readonly choices: DeviceChoices; readonly actor: Actor },
): Promise<LdapClient> {
  const { actor, choices } = request;
  const subject = requireDevice(context, request.client).policy.clientId;
  const device = await context.record.change(async (tables) => {
    const before = await requireStored(tables, subject);
    const profile = changedProfile(before.profile, choices);
    const changed = changedNames(before.profile, profile);
    if (changed.length === 0) return before;
    requireProfile(profile);
    const after: LdapClient = { ...before, profile, policy: policyAfter(before, profile) };
    await tables.clients.replaceSettings(after);
    await tables.clients.replacePolicy(after.policy);
    const acr = after.policy === before.policy ? [] : ['acceptedAcr'];
    const details = { changed: [...acr, ...changed].join(' ') };
    await tables.audit.append({
      ...{ at: context.clock.now(), type: 'client.profile-changed', actor, subject, details },
    });
    return after;
  });
  await context.clients.reload(context.record);
  return device;
}

/** Where nobody said what its sign-ins may rest on, that follows the cards and ways that the device has now. */
export function policyAfter({ policy, profile }: LdapClient, after: DeviceProfile): LdapClient['policy'] {
  const [usual, usualNow] = [profile, after].map((one) => acceptedByDefault(policy.reader, one));
  const isUsual = isDeepStrictEqual(policy.acceptedAcr, usual) && usualNow !== undefined;
  return isUsual && !isDeepStrictEqual(usual, usualNow) ? { ...policy, acceptedAcr: usualNow } : policy;
}

/** The names alone: how a device spells card numbers is nothing for the trail. */
function changedNames(before: DeviceProfile, after: DeviceProfile): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)] as (keyof DeviceProfile)[]);
  return [...names].filter((name) => !isDeepStrictEqual(before[name], after[name])).sort();
}
