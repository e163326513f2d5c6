import { InvalidInput } from '../domain/fault.ts';
import type { Actor } from '../domain/registration.ts';
import type { LdapClient } from '../ports/clients.ts';
import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { requireClient } from './manage-clients.ts';

/** A change to the TLS client certificates that a device account may bind with. */
export type CertificateChange =
  /** SHA-256 of the certificate, in hex. */
  | { readonly add: string }
  /** The same, or at least its first eight digits. */
  | { readonly remove: string };

/**
 * Notes a certificate for a device account, or strikes it: from then on connections that it opened are answered nothing.
 * @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`, `ERR_CLIENT_PROTOCOL`, `ERR_CERTIFICATE_TAKEN`, `ERR_CERTIFICATE_UNKNOWN`.
 */
export async function changeClientCertificates(
  context: Pick<FlowContext, 'record' | 'clock' | 'clients'>,
  request: { readonly client: string; readonly change: CertificateChange; readonly actor: Actor },
): Promise<LdapClient> {
  const { change, actor } = request;
  const subject = requireDevice(context, request.client).policy.clientId;
  const changed = await context.record.change(async (tables) => {
    const device = await requireStored(tables, subject);
    const before = device.certificateSha256s;
    const sha256 = 'add' in change ? change.add : oneBeginningWith(before, change.remove);
    const added = 'add' in change;
    if (added && before.includes(sha256)) return device;
    if (added) await requireUnused(tables, sha256);
    const certificateSha256s = added ? [...before, sha256] : before.filter((one) => one !== sha256);
    const after = { ...device, certificateSha256s };
    await tables.clients.replaceSettings(after);
    const type = added ? 'client.certificate-added' : 'client.certificate-removed';
    await tables.audit.append({ at: context.clock.now(), type, actor, subject, details: { sha256 } });
    return after;
  });
  await context.clients.reload(context.record);
  return changed;
}

/** @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`, `ERR_CLIENT_PROTOCOL` */
export function requireDevice(context: Pick<FlowContext, 'clients'>, idOrName: string): LdapClient {
  const client = requireClient(context, idOrName);
  if (client.protocol === 'ldap') return client;
  throw new InvalidInput('ERR_CLIENT_PROTOCOL', `"${client.name}" is no LDAP device account.`);
}

/** @throws {InvalidInput} `ERR_CLIENT_UNKNOWN` */
export async function requireStored(tables: Tables, clientId: string): Promise<LdapClient> {
  const stored = await tables.clients.find(clientId);
  if (stored?.protocol === 'ldap') return stored;
  throw new InvalidInput('ERR_CLIENT_UNKNOWN', `No client "${clientId}".`);
}

/** One certificate, one account: it says who binds. */
async function requireUnused(tables: Tables, sha256: string): Promise<void> {
  const owner = (await tables.clients.list()).find(
    (one) => one.protocol === 'ldap' && one.certificateSha256s.includes(sha256),
  );
  if (owner === undefined) return;
  throw new InvalidInput('ERR_CERTIFICATE_TAKEN', `That certificate is noted for "${owner.name}" already.`);
}

function oneBeginningWith(sha256s: readonly string[], start: string): string {
  const [found, ...more] = sha256s.filter((one) => one.startsWith(start));
  if (found !== undefined && more.length === 0) return found;
  throw new InvalidInput(
    'ERR_CERTIFICATE_UNKNOWN',
    `${found === undefined ? 'No' : 'More than one'} certificate of this client begins with ${start}.`,
  );
}
