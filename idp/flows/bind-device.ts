import { BlockList, isIP } from 'node:net';
import { type MaybePromise, whenKnown } from '../domain/maybe-promise.ts';
import { actor } from '../domain/registration.ts';
import type { WritesEvents } from '../ports/audit-trail.ts';
import type { LdapClient } from '../ports/clients.ts';
import type { FlowContext } from './context.ts';

/** Why a device's bind was refused; the device hears 49 (or 13 for plaintext), the administrator the reason. */
export type BindRefusal =
  | 'device-unknown'
  | 'device-disabled'
  | 'secret-wrong'
  | 'certificate-unknown'
  | 'certificate-of-another'
  | 'address-not-allowed'
  | 'plaintext-not-allowed';

type Context = Pick<FlowContext, 'clients' | 'secrets' | 'clock'> & { readonly audit: WritesEvents };

export type BindOutcome =
  | { readonly outcome: 'bound'; readonly device: LdapClient }
  | { readonly outcome: 'refused'; readonly reason: BindRefusal };

/** Lets a device account in: name, generated secret, address range, and a secure channel unless a person allowed plaintext. */
export function bindDevice(
  context: Context,
  request: {
    readonly name: string;
    readonly secret: string;
    readonly remoteAddress: string;
    readonly secure: boolean;
    /** On the way to a card's sign-in, which is audited itself: only a refusal is a line of its own. */
    readonly forCard: boolean;
  },
): MaybePromise<BindOutcome> {
  const { clients, secrets } = context;
  const client = clients.find(request.name);
  const device = client?.protocol === 'ldap' ? client : undefined;
  // Hashed before anything else is looked at: a wrong name takes as long as a wrong secret.
  const hash = secrets.hash(request.secret);
  const secretRight = secrets.equal(hash, device?.secretHash ?? secrets.hash(''));
  const reason = secretRight || device === undefined ? admissionProblem(device, request) : 'secret-wrong';
  const cardIsAudited = request.forCard && device?.profile.ways.includes('card-bind') === true;
  const outcome = outcomeOf(device, reason);
  if (reason === undefined && cardIsAudited) return outcome;
  return whenKnown(audited(context, device, request.remoteAddress, reason), () => outcome);
}

/**
 * Lets a device account in by the TLS client certificate that was noted for it. Possession of its key was proved by the
 * handshake; who issued it does not matter. @see RFC 4422 appendix A, RFC 4513 §5.2.3
 */
export function bindDeviceByCertificate(
  context: Context,
  request: {
    readonly certificateSha256: string;
    readonly remoteAddress: string;
    /** The device it asks to be; without it, the one of the certificate. */
    readonly name: string | undefined;
  },
): MaybePromise<BindOutcome> {
  const device = context.clients.findByCertificate(request.certificateSha256);
  const reason = certificateProblem(device, request);
  return whenKnown(audited(context, device, request.remoteAddress, reason), () => outcomeOf(device, reason));
}

function certificateProblem(
  device: LdapClient | undefined,
  { name, remoteAddress }: { readonly name: string | undefined; readonly remoteAddress: string },
): BindRefusal | undefined {
  if (device === undefined) return 'certificate-unknown';
  if (name !== undefined && name.toLowerCase() !== device.name.toLowerCase()) return 'certificate-of-another';
  return admissionProblem(device, { remoteAddress, secure: true });
}

function audited(
  { audit, clock }: Context,
  device: LdapClient | undefined,
  address: string,
  reason: BindRefusal | undefined,
): void | Promise<void> {
  return audit.append({
    at: clock.now(),
    type: reason === undefined ? 'client.bound' : 'client.bind-refused',
    actor: actor('client', device?.policy.clientId ?? 'unknown'),
    ...(reason === undefined ? {} : { reason }),
    details: { address },
  });
}

function outcomeOf(device: LdapClient | undefined, reason: BindRefusal | undefined): BindOutcome {
  if (reason !== undefined || device === undefined) {
    return { outcome: 'refused', reason: reason ?? 'device-unknown' };
  }
  return { outcome: 'bound', device };
}

function admissionProblem(
  device: LdapClient | undefined,
  { remoteAddress, secure }: { readonly remoteAddress: string; readonly secure: boolean },
): BindRefusal | undefined {
  if (device === undefined) return 'device-unknown';
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
