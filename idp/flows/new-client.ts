import { type Acr, cardAcrs } from '../domain/assurance.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { ClientId, LoginPolicy } from '../domain/login-policy.ts';
import type { Actor } from '../domain/registration.ts';
import { readerClockAheadSeconds, tapFreshSeconds } from '../domain/tap.ts';
import type { Client } from '../ports/clients.ts';
import type { RevocationPolicy } from './change-client-policy.ts';
import type { FlowContext } from './context.ts';

/** PIN-less use rests on a list no older than this unless the client says otherwise: lists come daily. */
export const defaultRevocationAgeSeconds = 48 * 3_600;

/** What every new client says of its policy. */
export interface NewPolicy {
  readonly acceptedAcr: readonly Acr[];
  readonly requiredGroups: readonly string[];
  readonly revocation?: Partial<RevocationPolicy>;
}

/**
 * The policy that a new client begins with.
 * @param byDefault what it accepts where nothing is said.
 * @throws {InvalidInput} `ERR_ACR`
 */
export function policyOf(
  { secrets }: Pick<FlowContext, 'secrets'>,
  request: NewPolicy,
  reader: LoginPolicy['reader'],
  byDefault: readonly Acr[],
  reachable: readonly Acr[] = [...cardAcrs, ...byDefault],
): LoginPolicy {
  const unreachable = request.acceptedAcr.filter((acr) => !reachable.includes(acr));
  if (unreachable.length > 0) {
    throw new InvalidInput(
      'ERR_ACR',
      `No card reaches ${unreachable.join(', ')}; a card reaches ${cardAcrs.join(', ')}.`,
    );
  }
  return {
    clientId: secrets.id() as ClientId,
    clientState: 'active',
    acceptedAcr: request.acceptedAcr.length > 0 ? request.acceptedAcr : byDefault,
    reader,
    organizations: 'any',
    requiredGroups: request.requiredGroups,
    hours: [],
    tapUses: 1,
    tapFreshSeconds,
    readerClockAheadSeconds,
    pinWindowSeconds: 0,
    maxRevocationAgeSeconds: defaultRevocationAgeSeconds,
    staleGraceSeconds: 0,
    ocspOnEveryUse: false,
    ...request.revocation,
  };
}

/** Puts a new client into the record. @throws {InvalidInput} `ERR_CLIENT_NAME`, `ERR_CLIENT_EXISTS` */
export async function addClient(
  context: Pick<FlowContext, 'record' | 'clients'>,
  client: Client,
  actor: Actor,
): Promise<void> {
  // The name becomes part of a DN and of pages.
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(client.name)) {
    throw new InvalidInput(
      'ERR_CLIENT_NAME',
      'A client’s name has 1 to 64 letters, digits, spaces, ".", "_" or "-".',
    );
  }
  const { clientId } = client.policy;
  await context.record.change(async (tables) => {
    const names = (await tables.clients.list()).map(({ name }) => name.toLowerCase());
    if (names.includes(client.name.toLowerCase())) {
      throw new InvalidInput(
        'ERR_CLIENT_EXISTS',
        `There is a client "${client.name}" already: choose another name.`,
      );
    }
    await tables.clients.add(client);
    const details = { name: client.name, protocol: client.protocol };
    await tables.audit.append({
      at: client.addedAt,
      type: 'client.added',
      actor,
      subject: clientId,
      details,
    });
  });
  await context.clients.reload(context.record);
}
