import { errors } from 'oidc-provider';
import type { ClientId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';
import type { Reader } from '../domain/reader.ts';
import { after, type FlowContext } from '../flows/context.ts';

/** Under this name the state keeps which request of the library a tap answers. */
export const tapRequestModel = 'TapRequest';

type Context = Pick<FlowContext, 'tapRequests' | 'oidcState' | 'secrets' | 'clock'>;

/** A request of the library that waits for a tap. */
interface Waiting {
  readonly way: 'ciba' | 'device';
  readonly clientId: string;
  readonly reader: Reader;
  readonly personId?: PersonId;
  /** Its id, as good as the thing itself: kept sealed. */
  readonly jti: string;
  readonly expiresInSeconds: number;
}

/**
 * Lets a request wait for the next tap at a reader. One whose request is gone (its person was stopped meanwhile, or it
 * ended another way) holds the reader no longer.
 * @throws `access_denied` when somebody else waits there: whose tap it were, nobody could say.
 */
export async function openTapRequest(context: Context, waiting: Waiting): Promise<void> {
  const { way, clientId, reader, personId, jti, expiresInSeconds } = waiting;
  const { tapRequests, oidcState, secrets, clock } = context;
  const openedAt = clock.now();
  const requestId = secrets.id();
  await oidcState.upsert(tapRequestModel, requestId, { jti, way }, expiresInSeconds);
  const request = {
    ...{ requestId, way, openedAt, readerId: reader.readerId },
    clientId: clientId as ClientId,
    expiresAt: after(openedAt, expiresInSeconds),
    ...(personId === undefined ? {} : { personId }),
  };
  if ((await tapRequests.open(request)) === 'opened') return;
  if ((await endedLeftover(context, reader)) && (await tapRequests.open(request)) === 'opened') return;
  await oidcState.destroy(tapRequestModel, requestId);
  throw new errors.AccessDenied('another request waits at this reader');
}

async function endedLeftover(
  { tapRequests, oidcState, clock }: Context,
  { readerId }: Reader,
): Promise<boolean> {
  const open = await tapRequests.openAt(readerId, clock.now());
  if (open === undefined) return true;
  const reference = await oidcState.find(tapRequestModel, open.requestId);
  const model = open.way === 'ciba' ? 'BackchannelAuthenticationRequest' : 'DeviceCode';
  const waiting = typeof reference?.jti === 'string' ? await oidcState.find(model, reference.jti) : undefined;
  if (waiting !== undefined && waiting.grantId === undefined && waiting.error === undefined) return false;
  await tapRequests.end(open.requestId);
  return true;
}
