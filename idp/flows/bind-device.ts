import { BlockList, isIP } from 'node:net';
import { actor } from '../domain/registration.ts';
import type { LdapClient } from '../ports/clients.ts';
import type { FlowContext } from './context.ts';

/** Why a device's bind was refused; the device hears 49 (or 13 for plaintext), the administrator the reason. */
export type BindRefusal =
  | 'device-unknown'
  | 'device-disabled'
  | 'secret-wrong'
  | 'address-not-allowed'
  | 'plaintext-not-allowed';

export type BindOutcome =
  | { readonly outcome: 'bound'; readonly device: LdapClient }
  | { readonly outcome: 'refused'; readonly reason: BindRefusal };

/** Lets a device account in: name, generated secret, address range, and a secure channel unless a person allowed plaintext. */
export async function bindDevice(
  { clients, secrets, audit, clock }: Pick<FlowContext, 'clients' | 'secrets' | 'audit' | 'clock'>,
  request: {
    readonly name: string;
    readonly secret: string;
    readonly remoteAddress: string;
    readonly secure: boolean;
    /** On the way to a card's sign-in, which is audited itself: only a refusal is a line of its own. */
    readonly forCard: boolean;
  },
): Promise<BindOutcome> {
  const client = clients.find(request.name);
  const device = client?.protocol === 'ldap' ? client : undefined;
  // Hashed before anything else is looked at: a wrong name takes as long as a wrong secret.
  const hash = secrets.hash(request.secret);
  const reason = refusalOf(device, secrets.equal(hash, device?.secretHash ?? secrets.hash('')), request);
  const cardIsAudited = request.forCard && device?.profile === 'card-bind';
  if (reason !== undefined || !cardIsAudited) {
    await audit.append({
      at: clock.now(),
      type: reason === undefined ? 'client.bound' : 'client.bind-refused',
      actor: actor('client', device?.policy.clientId ?? 'unknown'),
      ...(reason === undefined ? {} : { reason }),
      details: { address: request.remoteAddress },
    });
  }
  if (reason !== undefined || device === undefined)
    return { outcome: 'refused', reason: reason ?? 'device-unknown' };
  return { outcome: 'bound', device };
}

function refusalOf(
  device: LdapClient | undefined,
  secretRight: boolean,
  { remoteAddress, secure }: { readonly remoteAddress: string; readonly secure: boolean },
): BindRefusal | undefined {
  if (device === undefined) return 'device-unknown';
  if (!secretRight) return 'secret-wrong';
  if (device.policy.clientState !== 'active') return 'device-disabled';
  if (!addressAllowed(device.addresses, remoteAddress)) return 'address-not-allowed';
  return secure || device.allowPlaintext ? undefined : 'plaintext-not-allowed';
}

/** Whether an address is in one of the CIDR ranges; no range means anywhere. */
export function addressAllowed(ranges: readonly string[], remoteAddress: string): boolean {
  if (ranges.length === 0) return true;
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '');
  return blockList(ranges).check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Made once for each client's ranges: a device may bind for every card. */
const blockLists = new WeakMap<readonly string[], BlockList>();

function blockList(ranges: readonly string[]): BlockList {
  const known = blockLists.get(ranges);
  if (known !== undefined) return known;
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
  }
  blockLists.set(ranges, list);
  return list;
}
