import type { DeviceProfile } from '../../idp/domain/device-profile.ts';
import type { ClientId } from '../../idp/domain/login-policy.ts';
import type { KnownClients } from '../../idp/flows/known-clients.ts';
import type { LdapClient } from '../../idp/ports/clients.ts';
import type { BoundDevice } from './directory-service.ts';

/**
 * Its profile is the one of this moment: a change holds on connections that are open already, and an operation is decided
 * by it before any flow is asked.
 */
export class BoundClient implements BoundDevice {
  readonly clientId: ClientId;
  readonly name: string;
  readonly credential: string;
  readonly #clients: KnownClients;
  readonly #upToDate: () => void;
  #profile: DeviceProfile;
  /** Whoever is bound may have been found before the last change. */
  #readings = -1;

  /** @param upToDate called before the profile is read: takes over what was changed elsewhere */
  constructor(
    clients: KnownClients,
    { name, policy, profile }: Pick<LdapClient, 'name' | 'policy' | 'profile'>,
    credential: string,
    upToDate: () => void,
  ) {
    this.clientId = policy.clientId;
    this.name = name;
    this.credential = credential;
    this.#clients = clients;
    this.#profile = profile;
    this.#upToDate = upToDate;
  }

  get profile(): DeviceProfile {
    this.#upToDate();
    if (this.#readings === this.#clients.readings) return this.#profile;
    const client = this.#clients.find(this.clientId);
    this.#readings = this.#clients.readings;
    if (client?.protocol === 'ldap') this.#profile = client.profile;
    return this.#profile;
  }
}
