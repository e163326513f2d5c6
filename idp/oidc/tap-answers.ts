import { errors, type Provider } from 'oidc-provider';
import { msPerSecond } from '../domain/instant.ts';
import type { ReaderId } from '../domain/reader.ts';
import type { AnsweredRequest } from '../flows/accept-tap.ts';
import type { FlowContext } from '../flows/context.ts';
import { decideTapRequest, type TapRequestDecision } from '../flows/decide-tap-request.ts';
import { acceptableAcrs } from './acceptable-acrs.ts';
import type { CibaPings } from './ciba-pings.ts';
import { saveDecidedGrant } from './decided-grant.ts';
import { tapRequestModel } from './open-tap-request.ts';

/** What waits: a CIBA request, or the code of a device. */
type Source =
  | InstanceType<Provider['BackchannelAuthenticationRequest']>
  | InstanceType<Provider['DeviceCode']>;

/**
 * Goes on with the request that a tap answered: decides it, and leaves the outcome for the client to fetch.
 * @throws {Fault} when it could not be decided or kept; the request then ends by itself.
 */
export async function answerTapRequest(
  provider: Provider,
  context: FlowContext,
  pings: CibaPings,
  answered: AnsweredRequest,
): Promise<void> {
  const source = await sourceOf(provider, context, answered);
  const client = context.clients.find(answered.request.clientId);
  // Its person was stopped, or it ended another way: there is nothing to decide.
  if (source === undefined || client?.protocol !== 'oidc') return;
  const { demanded } = acceptableAcrs(client.policy.acceptedAcr, source.params ?? {});
  const decision = await decideTapRequest(context, answered, demanded);
  if (decision.outcome === 'granted')
    await grant(provider, context, source, { ...decision, readerId: answered.request.readerId });
  else refuse(source, decision.reason);
  await source.save();
  if (source.kind === 'BackchannelAuthenticationRequest') {
    ping(pings, client.settings.cibaNotificationEndpoint, source, context.clock.now());
  }
}

async function sourceOf(
  provider: Provider,
  { oidcState }: FlowContext,
  { request: { requestId, way, clientId } }: AnsweredRequest,
): Promise<Source | undefined> {
  const jti = (await oidcState.find(tapRequestModel, requestId))?.jti;
  if (typeof jti !== 'string') return undefined;
  const source =
    way === 'ciba'
      ? await provider.BackchannelAuthenticationRequest.find(jti)
      : await provider.DeviceCode.find(jti);
  if (source === undefined || source.clientId !== clientId) return undefined;
  if (source.error !== undefined || source.grantId !== undefined || source.consumed) return undefined;
  // Somebody is typing its code at this moment: one of both must not undo the other.
  return 'inFlight' in source && source.inFlight ? undefined : source;
}

async function grant(
  provider: Provider,
  context: FlowContext,
  source: Source,
  decision: TapRequestDecision & { readonly outcome: 'granted'; readonly readerId: ReaderId },
): Promise<void> {
  const { personId, cardId, acr, amr, tappedAt, readerId } = decision;
  const scope = source.scope ?? scopeIn(source.params);
  const claims = source.claims ?? claimsIn(source.params);
  try {
    const given = await saveDecidedGrant(provider, context, {
      ...{ accountId: personId, clientId: String(source.clientId), cardId, readerId, scope },
      claims: [...Object.keys(claims.id_token ?? {}), ...Object.keys(claims.userinfo ?? {})],
    });
    Object.assign(source, {
      ...{ accountId: personId, grantId: given.jti, scope, acr, amr: [...amr] },
      authTime: Math.floor(tappedAt / msPerSecond),
      ...(Object.keys(claims).length > 0 ? { claims } : {}),
    });
  } catch (error) {
    if (!(error instanceof errors.AccessDenied)) throw error;
    refuse(source, 'card-suspended');
  }
}

/** The client is told why: it stands where the person stands. */
function refuse(source: Source, reason: string): void {
  Object.assign(source, { error: 'access_denied', errorDescription: reason });
}

function ping(pings: CibaPings, endpoint: string | undefined, source: Source, now: number): void {
  const notificationToken = source.params?.client_notification_token;
  if (endpoint === undefined || typeof notificationToken !== 'string') return;
  const { jti: authReqId, exp: expiresAtSeconds = 0 } = source;
  pings.start({ endpoint, notificationToken, authReqId, expiresAtSeconds }, Math.floor(now / msPerSecond));
}

function scopeIn(params: Source['params']): string {
  return typeof params?.scope === 'string' ? params.scope : 'openid';
}

interface AskedClaims {
  readonly id_token?: object;
  readonly userinfo?: object;
}

/** Checked by the library when the request came. */
function claimsIn(params: Source['params']): AskedClaims {
  return typeof params?.claims === 'string' ? (JSON.parse(params.claims) as AskedClaims) : {};
}
