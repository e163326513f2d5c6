import { bindDevice } from '../../idp/flows/bind-device.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { findGroups, findPeople } from '../../idp/flows/find-people.ts';
import { logInFromDevice } from '../../idp/flows/log-in-from-device.ts';
import { profileOf } from './device-profile.ts';
import type { LdapFlows } from './directory-service.ts';

/** The façade's four questions, answered by the flows that decide for every protocol. */
export function createLdapFlows(context: FlowContext): LdapFlows {
  const active = (clientId: string) => context.clients.find(clientId)?.policy.clientState === 'active';
  return {
    async bindDevice({ name, secret, remoteAddress, channel }) {
      const outcome = await bindDevice(context, { name, secret, remoteAddress, secure: channel === 'tls' });
      if (outcome.outcome === 'bound') {
        const { device } = outcome;
        const { clientId } = device.policy;
        return { outcome: 'bound', device: { clientId, name: device.name, profile: profileOf(device) } };
      }
      const confidential = outcome.reason === 'plaintext-not-allowed';
      return { outcome: 'denied', reason: confidential ? 'confidentiality-required' : 'invalid-credentials' };
    },
    async logInWithCard({ clientId, number }) {
      if (!active(clientId)) return { outcome: 'device-denied' };
      const outcome = await logInFromDevice(context, { clientId, number });
      return outcome.outcome === 'granted'
        ? { outcome: 'granted', person: outcome.person }
        : { outcome: 'denied', reason: outcome.reason };
    },
    async findPeople({ clientId, ...lookUp }) {
      return active(clientId)
        ? { outcome: 'found', ...(await findPeople(context, lookUp)) }
        : { outcome: 'device-denied' };
    },
    async findGroups({ clientId, names }) {
      return active(clientId)
        ? { outcome: 'found', groups: await findGroups(context, names) }
        : { outcome: 'device-denied' };
    },
  };
}
