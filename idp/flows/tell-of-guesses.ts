import type { AuditEvent } from '../domain/audit-event.ts';
import { InvalidInput } from '../domain/fault.ts';
import { type Actor, actor } from '../domain/registration.ts';
import type { FlowContext } from './context.ts';
import type { GuessChange, GuessStage } from './device-guesses.ts';
import { requireClient } from './manage-clients.ts';
import { queueNotice } from './queue-notice.ts';

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets' | 'clients' | 'log'>;

const types = { free: 'client.resumed', slowed: 'client.slowed', stopped: 'client.stopped' } as const;
const dayMs = 24 * 3_600_000;

/**
 * A device sends too many unknown card numbers, or no longer: in the trail and on the operator's log each time, to the
 * operators once a day and device.
 */
export async function tellOfGuesses(context: Context, change: GuessChange): Promise<void> {
  const { clientId, stage, misses, refused, remoteAddress } = change;
  const now = context.clock.now();
  const name = context.clients.find(clientId)?.name ?? clientId;
  const words = wordsOf(name, stage);
  context.log(stage === 'stopped' ? `ALARM ${words.en}` : words.en);
  const event: AuditEvent = {
    at: now,
    type: types[stage],
    actor: actor('client', clientId),
    subject: clientId,
    details: { address: remoteAddress, misses, ...(refused > 0 ? { refused } : {}) },
  };
  await context.record.change(async (tables) => {
    if (stage === 'stopped') {
      const about = `guesses:${clientId}:${Math.floor(now / dayMs)}`;
      await queueNotice(context, tables, { kind: 'operator-alarm', about, words });
    }
    await tables.audit.append(event);
  });
}

/** Has every change of a stage told; what cannot be written down is on the operator's log at least. */
export function watchGuesses(context: Context & Pick<FlowContext, 'deviceGuesses'>): void {
  context.deviceGuesses.onChange((change) => {
    tellOfGuesses(context, change).catch((error: unknown) => {
      context.log(`guesses not written down: ${error instanceof Error ? error.message : 'unknown'}`);
    });
  });
}

function wordsOf(name: string, stage: GuessStage): { readonly ja: string; readonly en: string } {
  const resume = `kazasu client resume "${name}"`;
  if (stage === 'stopped') {
    return {
      ja: `機器「${name}」は、登録されていないカード番号を続けて送ったため、止めました。番号を推測しようとしていないか確かめてください。解除: ${resume}`,
      en: `The device "${name}" is stopped: it sent too many unknown card numbers. Find out whether somebody guesses numbers with it. To lift it: ${resume}`,
    };
  }
  return stage === 'slowed'
    ? {
        ja: `機器「${name}」は、登録されていないカード番号を続けて送っているため、応答を遅らせています。`,
        en: `The device "${name}" is slowed: it sends many unknown card numbers. See kazasu client guesses`,
      }
    : {
        ja: `機器「${name}」は、ふたたび通常どおり応答を受けます。`,
        en: `The device "${name}" is answered as usual again.`,
      };
}

/**
 * Lets a device account go on that was slowed or stopped for unknown card numbers.
 * @returns the stage that was lifted
 * @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`; `ERR_CLIENT_PROTOCOL` when it is no device account
 */
export async function resumeDevice(
  context: Pick<FlowContext, 'clients' | 'deviceGuesses' | 'record' | 'clock'>,
  request: { readonly client: string; readonly actor: Actor },
): Promise<{ readonly name: string; readonly lifted: GuessStage }> {
  const { name, protocol, policy } = requireClient(context, request.client);
  if (protocol !== 'ldap') {
    throw new InvalidInput('ERR_CLIENT_PROTOCOL', `"${name}" is no LDAP device: it sends no card numbers.`);
  }
  const { clientId } = policy;
  const standing = context.deviceGuesses.standingOf(clientId);
  if (standing === undefined) return { name, lifted: 'free' };
  const event: AuditEvent = {
    at: context.clock.now(),
    type: 'client.resumed',
    actor: request.actor,
    subject: clientId,
    reason: standing.stage,
  };
  await context.record.change((tables) => tables.audit.append(event));
  context.deviceGuesses.resume(clientId);
  return { name, lifted: standing.stage };
}
