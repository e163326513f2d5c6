import type { ClientId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';
import { actor } from '../domain/registration.ts';
import type { FlowContext } from './context.ts';

interface Decision {
  readonly clientId: ClientId;
  readonly personId: PersonId;
  /** Scopes by name. */
  readonly released: readonly string[];
}

/** Keeps what a person lets a client have, beside what it was let have before: it is not asked again. */
export async function giveConsent(
  { record, clock }: Pick<FlowContext, 'record' | 'clock'>,
  { clientId, personId, released }: Decision,
): Promise<void> {
  await record.change(async (tables) => {
    const before = (await tables.clientConsents.find(clientId, personId))?.released ?? [];
    const now = clock.now();
    const all = [...new Set([...before, ...released])].sort();
    await tables.clientConsents.put({ clientId, personId, released: all, givenAt: now });
    await tables.audit.append({
      ...{ at: now, type: 'client.consent-given', actor: actor('person', personId), subject: clientId },
      details: { released: released.join(' ') },
    });
  });
}

/** Notes that a person did not; nothing that was given before is taken away. */
export async function refuseConsent(
  { audit, clock }: Pick<FlowContext, 'audit' | 'clock'>,
  { clientId, personId, released }: Decision,
): Promise<void> {
  await audit.append({
    ...{
      at: clock.now(),
      type: 'client.consent-refused',
      actor: actor('person', personId),
      subject: clientId,
    },
    details: { released: released.join(' ') },
  });
}
