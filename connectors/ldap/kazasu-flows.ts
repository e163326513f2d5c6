import { bindDevice } from '../../idp/flows/bind-device.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { findGroups, findPeople } from '../../idp/flows/find-people.ts';
import { logInFromDevice } from '../../idp/flows/log-in-from-device.ts';
import { profileOf } from './device-profile.ts';
import type { BoundDevice, LdapFlows } from './directory-service.ts';

/** The façade's four questions, answered by the flows that decide for every protocol. */
export function createLdapFlows(context: FlowContext): LdapFlows {
  /** Asked for every operation: a disabled device, or a rotated secret, ends connections that are open already. */
  const stillBound = ({ clientId, credential }: BoundDevice) => {
    const client = context.clients.find(clientId);
    const still =
      client?.protocol === 'ldap' &&
      client.policy.clientState === 'active' &&
      client.secretHash === credential;
    return still ? client.policy : undefined;
  };
  return {
    async bindDevice({ name, secret, remoteAddress, channel, way }) {
      const request = {
        name,
        secret,
        remoteAddress,
        secure: channel === 'tls',
        forCard: way === 'card-bind',
      };
      const outcome = await bindDevice(context, request);
      if (outcome.outcome === 'bound') {
        const { device } = outcome;
        const { clientId } = device.policy;
        const { secretHash: credential } = device;
        return {
          outcome: 'bound',
          device: { clientId, name: device.name, profile: profileOf(device), credential },
        };
      }
      const confidential = outcome.reason === 'plaintext-not-allowed';
      return { outcome: 'denied', reason: confidential ? 'confidentiality-required' : 'invalid-credentials' };
    },
    async logInWithCard({ device, number }) {
      if (stillBound(device) === undefined) return { outcome: 'device-denied' };
      const outcome = await logInFromDevice(context, { clientId: device.clientId, number });
      return outcome.outcome === 'granted'
        ? { outcome: 'granted', person: outcome.person }
        : { outcome: 'denied', reason: outcome.reason };
    },
    async findPeople({ device, ...lookUp }) {
      const policy = stillBound(device);
      return policy
        ? { outcome: 'found', ...(await findPeople(context, policy, lookUp)) }
        : { outcome: 'device-denied' };
    },
    async findGroups({ device, names }) {
      const policy = stillBound(device);
      return policy
        ? { outcome: 'found', groups: await findGroups(context, policy, names) }
        : { outcome: 'device-denied' };
    },
  };
}
