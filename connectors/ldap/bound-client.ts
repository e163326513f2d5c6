import type { DeviceProfile } from '../../idp/domain/device-profile.ts';
import type { ClientId } from '../../idp/domain/login-policy.ts';
import type { KnownClients } from '../../idp/flows/known-clients.ts';
import type { LdapClient } from '../../idp/ports/clients.ts';
import type { BoundDevice } from './directory-service.ts';

/** Its profile is the one of this moment: a change holds on connections that are open already. */
export class BoundClient implements BoundDevice {
  readonly clientId: ClientId;
  readonly name: string;
  readonly credential: string;
  readonly #clients: KnownClients;
  #profile: DeviceProfile;
  #readings: number;

  constructor(clients: KnownClients, { name, policy, profile }: LdapClient, credential: string) {
    this.clientId = policy.clientId;
    this.name = name;
    this.credential = credential;
    this.#clients = clients;
    this.#profile = profile;
    this.#readings = clients.readings;
  }

  get profile(): DeviceProfile {
    if (this.#readings === this.#clients.readings) return this.#profile;
    const client = this.#clients.find(this.clientId);
    this.#readings = this.#clients.readings;
    if (client?.protocol === 'ldap') this.#profile = client.profile;
    return this.#profile;
  }
}
