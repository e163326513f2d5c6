import type { CardKey, CardNumber } from '../domain/card.ts';
import type { Presence } from '../domain/decide-login.ts';
import { type MaybePromise, whenKnown } from '../domain/maybe-promise.ts';
import type { Evidence } from '../domain/tap.ts';
import type { Client } from '../ports/clients.ts';
import type { FlowContext } from './context.ts';
import {
  type CardLoginContext,
  type CardLoginOutcome,
  type DecidesAtHand,
  decideAtHand,
  logInWithCard,
  needsMoreThanIsAtHand,
} from './log-in-with-card.ts';
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
 * Signs in by the number alone, at a device whose own reader is admitted.
 * @returns `undefined` where the client wants more than is at hand: a tap at a reader of ours, the issuer's word, an alarm
 */
export function logInAtHand(
  context: DecidesAtHand & Pick<FlowContext, 'numbers'>,
  { clientId, number, way = 'card-search', spelledOtherwise }: DeviceLogin,
): MaybePromise<CardLoginOutcome> | undefined {
  const client = context.clients.find(clientId);
  if (client === undefined || needsMoreThanIsAtHand(client)) return undefined;
  return decideAtHand(context, client, {
    clientId,
    cardKey: context.numbers.keyOf(number),
    way,
    ...(spelledOtherwise ? { spelledOtherwise } : {}),
    evidence: { type: 'identifier', kind: number.kind },
    presence: fromDevice,
  });
}

const fromDevice: Presence = { type: 'number-from-device' };

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
      presence: taken?.presence ?? fromDevice,
    }),
  );
}

async function tapOf(context: Context, { policy }: Client, cardKey: CardKey): Promise<TakenTap | undefined> {
  return takeTap(context, policy, await readersOf(context, policy), cardKey);
}
