import type { ClientId } from '../domain/login-policy.ts';
import type { ReaderId } from '../domain/reader.ts';
import { actor } from '../domain/registration.ts';
import { type StationRefusal, stationSeconds } from '../domain/station.ts';
import type { Tap } from '../domain/tap.ts';
import type { StationRequest, StationStanding } from '../ports/station-requests.ts';
import { after, type FlowContext } from './context.ts';
import {
  type CardLoginContext,
  type CardLoginOutcome,
  logInWithCard,
  shownCard,
} from './log-in-with-card.ts';
import { stationPlace } from './station-place.ts';

type Context = CardLoginContext & Pick<FlowContext, 'record' | 'secrets' | 'tapWaits'>;

/** What became of a station's request so far. */
export type StationProgress =
  | { readonly state: 'none' }
  | { readonly state: 'waiting' }
  /** The name that the tap brought waits for a yes. */
  | { readonly state: 'confirm'; readonly name: string }
  | { readonly state: 'decided'; readonly decision: CardLoginOutcome; readonly readerId: ReaderId }
  | { readonly state: 'refused'; readonly reason: StationRefusal };

/** Looks at a station's request; decides at once where nobody is asked, or where no name can be shown. */
export async function lookAtStation(context: Context, interactionUid: string): Promise<StationProgress> {
  const standing = await look(context, interactionUid);
  switch (standing.state) {
    case 'none':
      return { state: 'none' };
    case 'waiting':
    case 'shown':
      return progressOf(context, interactionUid, standing);
    case 'refused':
      return { state: 'refused', reason: standing.reason };
  }
}

/** The same, waiting for something to happen: a tap, a collision, the end of the time or of the wait. */
export async function awaitStation(
  context: Context,
  interactionUid: string,
  wait: { readonly from: 'waiting' | 'confirm'; readonly signal: AbortSignal },
): Promise<StationProgress> {
  const first = await look(context, interactionUid);
  if (first.state !== 'waiting' && first.state !== 'shown') return lookAtStation(context, interactionUid);
  const listening = context.tapWaits.readers.listen(first.request.readerId);
  try {
    for (;;) {
      const progress = await lookAtStation(context, interactionUid);
      if (progress.state !== wait.from || wait.signal.aborted) return progress;
      await listening.next(wait.signal);
    }
  } finally {
    listening.end();
  }
}

/** Makes what the page with the name must bring back; `undefined` where no name waits. */
export async function askForConfirmation(
  { taps, secrets }: Context,
  interactionUid: string,
): Promise<string | undefined> {
  const confirmation = secrets.random(128);
  const noted = await taps.stations.noteConfirmation(
    secrets.hash(interactionUid),
    secrets.hash(confirmation),
  );
  return noted ? confirmation : undefined;
}

/** The person said yes to the name: decides, once. */
export async function confirmAtStation(
  context: Context,
  { interactionUid, confirmation }: { readonly interactionUid: string; readonly confirmation: string },
): Promise<StationProgress> {
  const standing = await look(context, interactionUid);
  if (standing.state === 'refused') return standing;
  if (standing.state !== 'shown') return { state: 'refused', reason: 'confirmation-unknown' };
  const problem = await placeProblem(context, standing.request);
  if (problem !== undefined) return close(context, interactionUid, standing.request, problem);
  return decide(context, interactionUid, context.secrets.hash(confirmation));
}

/** Whoever was at the station went away, or said no to the name: the tap serves nobody. */
export async function leaveStation({ taps, secrets }: Context, interactionUid: string): Promise<void> {
  await taps.stations.close(secrets.hash(interactionUid), 'time-over');
}

function look({ taps, secrets, clock }: Context, interactionUid: string): Promise<StationStanding> {
  const now = clock.now();
  return taps.stations.look(secrets.hash(interactionUid), now, after(now, stationSeconds));
}

async function progressOf(
  context: Context,
  interactionUid: string,
  standing: StationStanding & { readonly state: 'waiting' | 'shown' },
): Promise<StationProgress> {
  const { request } = standing;
  const problem = await placeProblem(context, request);
  if (problem !== undefined) return close(context, interactionUid, request, problem);
  if (standing.state === 'waiting') return { state: 'waiting' };
  const name = asksForName(context, request.clientId) ? await nameBehind(context, standing.tap) : undefined;
  // Without a name there is nothing to ask: the decision says why, or lets in whoever punches.
  return name === undefined ? decide(context, interactionUid) : { state: 'confirm', name };
}

async function placeProblem(
  context: Context,
  { pairingId, clientId }: StationRequest,
): Promise<StationRefusal | undefined> {
  const place = await stationPlace(context, pairingId, clientId);
  return place.outcome === 'refused' ? place.reason : undefined;
}

async function close(
  { taps, secrets, audit, clock }: Context,
  interactionUid: string,
  { readerId }: StationRequest,
  reason: StationRefusal,
): Promise<StationProgress> {
  await taps.stations.close(secrets.hash(interactionUid), reason);
  await audit.append({
    ...{ at: clock.now(), type: 'station.refused', actor: actor('reader', readerId), reason },
  });
  return { state: 'refused', reason };
}

function asksForName({ clients }: Context, clientId: ClientId): boolean {
  const client = clients.find(clientId);
  return client?.protocol !== 'oidc' || client.settings.stationConfirm !== 'none';
}

async function nameBehind({ cardIndex }: Context, { cardKey, evidence }: Tap): Promise<string | undefined> {
  return shownCard(await cardIndex.find(cardKey), evidence)?.person.displayName;
}

async function decide(
  context: Context,
  interactionUid: string,
  confirmationHash?: string,
): Promise<StationProgress> {
  const { taps, secrets, clock, record } = context;
  const taken = await taps.stations.take(secrets.hash(interactionUid), clock.now(), confirmationHash);
  if (taken.outcome !== 'taken') return { state: 'refused', reason: taken.outcome };
  const { request, tap } = taken;
  const reader = await record.readers.find(request.readerId);
  if (reader === undefined) return { state: 'refused', reason: 'reader-disabled' };
  const { cardKey, evidence, readAt, receivedAt } = tap;
  const decision = await logInWithCard(context, {
    ...{ clientId: request.clientId, cardKey, evidence, way: 'oidc', asPart: true },
    presence: { type: 'tap', reader, readAt, receivedAt, used: false, requestedAt: request.openedAt },
  });
  return { state: 'decided', decision, readerId: reader.readerId };
}
