import type { LdapClient } from '../ports/clients.ts';
import { addressAllowed } from './bind-device.ts';

/** What a connection shows of the device that it comes from. */
export interface Connected {
  /** The device account that bound last on it; `disabled` where that one may no longer. */
  readonly boundDevice: LdapClient | 'disabled' | undefined;
  /** The one that its TLS client certificate was noted for. */
  readonly certifiedDevice: LdapClient | undefined;
  readonly remoteAddress: string;
}

/**
 * Whose rules hold for somebody who binds as a person: those of the device that bound on this connection, of its TLS
 * client certificate, or of the one device whose people may bind from this address. A device that said where it stands
 * comes before one that could stand anywhere; between two nobody guesses.
 */
export function deviceOfBind(
  { boundDevice, certifiedDevice, remoteAddress }: Connected,
  devices: readonly LdapClient[],
): LdapClient | 'device-unknown' | 'device-ambiguous' | 'device-disabled' {
  if (boundDevice === 'disabled') return 'device-disabled';
  const shown = boundDevice ?? certifiedDevice;
  if (shown !== undefined) return shown;
  const fitting = devices.filter(
    ({ policy, profile, addresses }) =>
      policy.clientState === 'active' &&
      profile.ways.includes('person-bind') &&
      addressAllowed(addresses, remoteAddress),
  );
  const placed = fitting.filter(({ addresses }) => addresses.length > 0);
  const [device, another] = placed.length > 0 ? placed : fitting;
  if (device === undefined) return 'device-unknown';
  return another === undefined ? device : 'device-ambiguous';
}
