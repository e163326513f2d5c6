import type { AuditEvent, AuditEventType } from '../domain/audit-event.ts';
import { type Actor, schedule } from '../domain/registration.ts';
import {
  dueChange,
  isInUse,
  type KeyChange,
  type SigningAlgorithm,
  type SigningKeyFacts,
  type SigningKeyState,
} from '../domain/signing-key.ts';
import type { FlowContext } from './context.ts';

export type SigningKeyContext = Pick<FlowContext, 'record' | 'clock' | 'signingKeys' | 'signingKeyPlan'>;

/**
 * Every provider says that it can sign with RS256, which is why its key is there before a client asks.
 * @see OpenID Connect Discovery §3 (`id_token_signing_alg_values_supported`: RS256 must be among them)
 */
const ofEveryServer: readonly SigningAlgorithm[] = ['ES256', 'RS256'];

/** With every sweep of a server: the next key takes over when its time has come, and old ones go. */
export async function keepSigningKeys(context: SigningKeyContext): Promise<readonly SigningKeyFacts[]> {
  const ofClients = (await context.record.clients.list()).flatMap((client) =>
    client.protocol === 'oidc' ? [client.settings.idTokenAlg] : [],
  );
  const now = context.clock.now();
  return changeSigningKeys(context, schedule, (keys) =>
    dueChange(keys, context.signingKeyPlan, now, [...ofEveryServer, ...ofClients]),
  );
}

/** Makes the keys of an algorithm before the first client of it is there: nobody has older ones in a cache. */
export async function needSigningKey(
  context: SigningKeyContext,
  alg: SigningAlgorithm,
  actor: Actor,
): Promise<void> {
  if (isInUse(context.signingKeys.list(), alg)) return;
  const now = context.clock.now();
  await changeSigningKeys(context, actor, (keys) => dueChange(keys, context.signingKeyPlan, now, [alg]));
}

/** Changes the keys, and tells the trail of each that came, went or changed its state. */
export async function changeSigningKeys(
  { signingKeys, record, clock }: Pick<SigningKeyContext, 'signingKeys' | 'record' | 'clock'>,
  actor: Actor,
  decide: (keys: readonly SigningKeyFacts[]) => KeyChange,
): Promise<readonly SigningKeyFacts[]> {
  let before: readonly SigningKeyFacts[] = [];
  const after = await signingKeys.change((keys) => {
    before = keys;
    return decide(keys);
  });
  const at = clock.now();
  const events = differences(before, after).map(
    ([type, { kid, alg }]): AuditEvent => ({ at, type, actor, subject: kid, details: { alg } }),
  );
  if (events.length > 0) {
    await record.change(async ({ audit }) => {
      for (const event of events) await audit.append(event);
    });
  }
  return after;
}

const eventOf: { readonly [state in SigningKeyState]: AuditEventType } = {
  next: 'signing-key.made',
  current: 'signing-key.signs',
  retiring: 'signing-key.retired',
  withdrawn: 'signing-key.withdrawn',
};

function differences(
  before: readonly SigningKeyFacts[],
  after: readonly SigningKeyFacts[],
): readonly (readonly [AuditEventType, SigningKeyFacts])[] {
  const stateIn = (keys: readonly SigningKeyFacts[], kid: string) =>
    keys.find((key) => key.kid === kid)?.state;
  return [
    ...after
      .filter(({ kid, state }) => stateIn(before, kid) !== state)
      .map((key) => [eventOf[key.state], key] as const),
    ...before
      .filter(({ kid }) => stateIn(after, kid) === undefined)
      .map((key) => ['signing-key.removed', key] as const),
  ];
}
