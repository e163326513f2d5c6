import type { Registration } from '../domain/registration.ts';
import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';
import { queueNotice } from './queue-notice.ts';

/**
 * Lets the person know what became of a registration, within the change that decides it.
 * @param reason what the approver said: it stands in the message alone, because whatever people write may name people.
 */
export async function tellOfDecision(
  context: Pick<FlowContext, 'clock' | 'secrets'>,
  tables: Pick<Tables, 'notices'>,
  { registrationId, personId, state }: Registration,
  reason?: string,
): Promise<void> {
  const kind = state === 'approved' ? 'registration-approved' : 'registration-rejected';
  const words = reason === undefined ? {} : { words: { ja: reason, en: reason } };
  await queueNotice(context, tables, { kind, about: registrationId, personId, ...words });
}
