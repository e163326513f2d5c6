import type { ChainedAuditEvent } from '../domain/audit-event.ts';
import type { ClientId } from '../domain/login-policy.ts';
import { actor } from '../domain/registration.ts';
import type { FlowContext } from './context.ts';

const linesAtOnce = 2_000;
/** Of a trail of years only its end is looked through: beyond that an export is the way. */
const mostLines = 200_000;

/**
 * The newest lines of the trail that a device caused or that are about it, oldest first.
 * @param last how many
 */
export async function lastOfDevice(
  { audit }: Pick<FlowContext, 'audit'>,
  clientId: ClientId,
  last: number,
): Promise<readonly ChainedAuditEvent[]> {
  const device = actor('client', clientId);
  let found: ChainedAuditEvent[] = [];
  let end = await newestSequence(audit);
  for (let looked = 0; end > 0 && looked < mostLines && found.length < last; looked += linesAtOnce) {
    const start = Math.max(0, end - linesAtOnce);
    const some: ChainedAuditEvent[] = [];
    for await (const event of audit.read({ afterSequence: start, limit: end - start })) {
      if (event.actor === device || event.subject === clientId) some.push(event);
    }
    found = [...some, ...found];
    end = start;
  }
  return found.slice(-last);
}

/** The trail tells no length: found by halves, in some forty questions. */
async function newestSequence(audit: FlowContext['audit']): Promise<number> {
  const hasAfter = async (sequence: number) => {
    for await (const _ of audit.read({ afterSequence: sequence, limit: 1 })) return true;
    return false;
  };
  let [low, high] = [0, 1];
  while (await hasAfter(high)) [low, high] = [high, high * 2];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await hasAfter(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
