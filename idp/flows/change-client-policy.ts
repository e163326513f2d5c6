import { InvalidInput } from '../domain/fault.ts';
import type { LoginPolicy } from '../domain/login-policy.ts';
import type { Actor } from '../domain/registration.ts';
import type { Client } from '../ports/clients.ts';
import type { FlowContext } from './context.ts';
import { requireClient } from './manage-clients.ts';

/** What a client demands of the word on a certificate's revocation. */
export type RevocationPolicy = Pick<
  LoginPolicy,
  'maxRevocationAgeSeconds' | 'staleGraceSeconds' | 'ocspOnEveryUse'
>;

/**
 * Changes what a client demands; it holds from its next sign-in on.
 * @returns the client as it is now; nothing is noted when it was so before.
 * @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`
 */
export async function changeClientPolicy(
  context: Pick<FlowContext, 'record' | 'clock' | 'clients'>,
  request: { readonly client: string; readonly changes: Partial<RevocationPolicy>; readonly actor: Actor },
): Promise<Client> {
  const { clientId } = requireClient(context, request.client).policy;
  const changed = await context.record.change(async (tables) => {
    const client = await tables.clients.find(clientId);
    if (client === undefined) throw new InvalidInput('ERR_CLIENT_UNKNOWN', `No client "${request.client}".`);
    const policy: LoginPolicy = { ...client.policy, ...request.changes };
    const details = changesBetween(client.policy, policy);
    if (Object.keys(details).length === 0) return client;
    await tables.clients.replacePolicy(policy);
    const at = context.clock.now();
    await tables.audit.append({
      ...{ at, type: 'client.policy-changed', actor: request.actor, subject: clientId, details },
    });
    return { ...client, policy };
  });
  await context.clients.reload(context.record);
  return changed;
}

/** The names that changed, with their new values. */
function changesBetween(
  before: RevocationPolicy,
  { maxRevocationAgeSeconds, staleGraceSeconds, ocspOnEveryUse }: RevocationPolicy,
): { readonly [name: string]: number | boolean } {
  const after = { maxRevocationAgeSeconds, staleGraceSeconds, ocspOnEveryUse };
  const names = Object.keys(after) as (keyof RevocationPolicy)[];
  return Object.fromEntries(
    names.filter((name) => before[name] !== after[name]).map((name) => [name, after[name]]),
  );
}
