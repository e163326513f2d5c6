import { type BindOutcome, bindDevice, bindDeviceByCertificate } from '../../idp/flows/bind-device.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { findGroups, findPeople } from '../../idp/flows/find-people.ts';
import { logInFromDevice } from '../../idp/flows/log-in-from-device.ts';
import type { LdapClient } from '../../idp/ports/clients.ts';
import type { BoundDevice, DeviceBindOutcome, LdapFlows } from './directory-service.ts';

/** The façade's four questions, answered by the flows that decide for every protocol. */
export function createLdapFlows(context: FlowContext): LdapFlows {
  /** Asked for every operation: a disabled device, or a rotated secret, ends connections that are open already. */
  const stillBound = ({ clientId, credential }: BoundDevice) => {
    const client = context.clients.find(clientId);
    if (client?.protocol !== 'ldap' || client.policy.clientState !== 'active') return undefined;
    const proved = client.secretHash === credential || client.certificateSha256s.includes(credential);
    return proved ? client.policy : undefined;
  };
  return {
    async bindDevice({ name, secret, remoteAddress, channel, way }) {
      const secure = channel === 'tls';
      const request = { name, secret, remoteAddress, secure, forCard: way === 'card-bind' };
      const outcome = await bindDevice(context, request);
      return outcomeOf(outcome, (device) => device.secretHash);
    },
    async bindCertificate({ certificateSha256, remoteAddress }) {
      const outcome = await bindDeviceByCertificate(context, { certificateSha256, remoteAddress });
      return outcomeOf(outcome, () => certificateSha256);
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

function outcomeOf(outcome: BindOutcome, credentialOf: (device: LdapClient) => string): DeviceBindOutcome {
  if (outcome.outcome === 'refused') {
    const confidential = outcome.reason === 'plaintext-not-allowed';
    return { outcome: 'denied', reason: confidential ? 'confidentiality-required' : 'invalid-credentials' };
  }
  const { name, policy, profile } = outcome.device;
  return {
    outcome: 'bound',
    device: { clientId: policy.clientId, name, profile, credential: credentialOf(outcome.device) },
  };
}
