import type { CardKey, CardNumber } from '../domain/card.ts';
import { type MaybePromise, whenKnown } from '../domain/maybe-promise.ts';
import type { Evidence } from '../domain/tap.ts';
import type { Client } from '../ports/clients.ts';
import type { FlowContext } from './context.ts';
import { type CardLoginContext, type CardLoginOutcome, logInWithCard } from './log-in-with-card.ts';
import { readersOf, type TakenTap, takeTap } from './take-tap.ts';

type Context = CardLoginContext & Pick<FlowContext, 'numbers' | 'record'>;

/** What a device sends of a card. */
export interface DeviceLogin {
  readonly clientId: string;
  readonly number: CardNumber;
  /** A card search unless said. */
  readonly way?: 'card-search' | 'card-bind';
  /** What was sent is no number in the device's spelling: `number` is nobody's, so that it costs what any other costs. */
  readonly spelledOtherwise?: true;
}

/**
 * A device sends a card number: the number alone when its own reader is admitted, otherwise it must be the number of a
 * card that was held, a moment ago and for no more uses than the device's policy says, over a reader of ours assigned to it.
 */
export function logInFromDevice(context: Context, request: DeviceLogin): MaybePromise<CardLoginOutcome> {
  const { clientId, number, way = 'card-search', spelledOtherwise } = request;
  const cardKey = context.numbers.keyOf(number);
  const client = context.clients.find(clientId);
  const tap = client?.policy.reader === 'ours' ? tapOf(context, client, cardKey) : undefined;
  return whenKnown(tap, (taken) =>
    logInWithCard(context, {
      clientId,
      cardKey,
      way,
      ...(spelledOtherwise ? { spelledOtherwise } : {}),
      evidence: taken?.evidence ?? ({ type: 'identifier', kind: number.kind } satisfies Evidence),
      presence: taken?.presence ?? { type: 'number-from-device' },
    }),
  );
}

async function tapOf(context: Context, { policy }: Client, cardKey: CardKey): Promise<TakenTap | undefined> {
  return takeTap(context, policy, await readersOf(context, policy), cardKey);
}
