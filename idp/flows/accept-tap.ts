import type { AuditEvent } from '../domain/audit-event.ts';
import { msPerSecond } from '../domain/instant.ts';
import { proofMessage } from '../domain/proof-message.ts';
import type { Reader } from '../domain/reader.ts';
import { actor } from '../domain/registration.ts';
import { readerClockBehindSeconds, type Tap, type TapId } from '../domain/tap.ts';
import type { CertificateRefusal } from '../ports/jpki.ts';
import type { TapRequest } from '../ports/tap-requests.ts';
import type { NotKept } from '../ports/taps.ts';
import type { FlowContext } from './context.ts';
import {
  type ClaimedEvidence,
  type EvidenceRefusal,
  type EvidenceVerdict,
  readEvidence,
} from './read-evidence.ts';
import { type MessageRefusal, receiveSigned, type Sealed } from './receive-signed.ts';

/** A tap as the wire carries it. */
export interface ClaimedTap {
  readonly iat: number;
  readonly jti: string;
  readonly evidence: ClaimedEvidence;
  readonly nonce?: string;
  readonly counter?: number;
}

/** Why a tap was not kept; the bridge and the person at the reader are told by this name. */
export type TapRefusal = MessageRefusal | EvidenceRefusal | NotKept | 'tap-before-request';

export type TapOutcome =
  | { readonly outcome: 'kept'; readonly returnCode?: string; readonly answered?: AnsweredRequest }
  | {
      readonly outcome: 'refused';
      readonly reason: TapRefusal;
      readonly certificateReason?: CertificateRefusal;
    };

/** A tap that answered a request: both are used, and nothing is decided yet. */
export interface AnsweredRequest {
  readonly request: TapRequest;
  readonly tap: Tap;
  readonly reader: Reader;
}

type Context = Pick<
  FlowContext,
  | 'record'
  | 'clock'
  | 'issuer'
  | 'certificates'
  | 'numbers'
  | 'taps'
  | 'tapRequests'
  | 'tapWaits'
  | 'secrets'
  | 'audit'
>;

/**
 * Takes a tap from a reader: checked, kept once, briefly, on disk before the answer. It completes nothing by itself.
 * @throws {Fault} when it cannot be kept or audited; the bridge may post it again.
 */
export async function acceptTap(context: Context, sealed: Sealed<ClaimedTap>): Promise<TapOutcome> {
  const taken = await takeIn(context, sealed, {});
  if (taken.outcome === 'refused') return taken;
  const { returnCode, tap, reader, request } = taken;
  return {
    outcome: 'kept',
    ...(returnCode === undefined ? {} : { returnCode }),
    ...(request === undefined ? {} : { answered: { request, tap, reader } }),
  };
}

/** A tap that was kept, and the reader whose key signed it. */
export interface TakenIn {
  readonly outcome: 'kept';
  readonly tap: Tap;
  readonly reader: Reader;
  readonly returnCode?: string;
  readonly request?: TapRequest;
}

type Refused = TapOutcome & { readonly outcome: 'refused' };

/**
 * The same, for those who go on with it.
 * @param use.atOnce whoever brings the tap uses it now: it serves nobody else, and answers no prompt.
 * @throws {Fault} when it cannot be kept or audited.
 */
export async function takeIn(
  context: Context,
  sealed: Sealed<ClaimedTap>,
  use: { readonly atOnce?: true },
): Promise<TakenIn | Refused> {
  const received = await receiveSigned(context, sealed);
  if (received.outcome === 'refused') {
    // Of nobody we know: anybody could fill the trail, which keeps everything, without a key or a name.
    if (received.reason === 'reader-unknown') return { outcome: 'refused', reason: received.reason };
    return refuse(context, { outcome: 'refused', reason: received.reason }, sealed.claimedReaderId);
  }
  const { reader, claims } = received;
  const verdict = judge(context, reader, claims);
  if (verdict.outcome === 'refused') return refuse(context, verdict, reader.readerId);
  const tap: Tap = {
    tapId: `${reader.readerId}.${claims.jti}` as TapId,
    readerId: reader.readerId,
    cardKey: context.numbers.keyOf(verdict.number),
    evidence: verdict.evidence,
    readAt: claims.iat * msPerSecond,
    receivedAt: context.clock.now(),
    ...(claims.nonce === undefined ? {} : { nonce: claims.nonce }),
  };
  const kept = await keep(context, tap, claims, use);
  if (kept.outcome === 'refused') return kept;
  return { ...kept, tap, reader };
}

function judge(context: Context, reader: Reader, claims: ClaimedTap): EvidenceVerdict {
  // Only our own nonce makes a signature one of this moment: without it a card could have signed ahead, for any time.
  if (claims.evidence.type === 'signature' && claims.nonce === undefined) {
    return { outcome: 'refused', reason: 'signature-invalid' };
  }
  return readEvidence(context, claims.evidence, loginMessage(context, reader, claims));
}

async function keep(
  context: Context,
  tap: Tap,
  { nonce, counter }: ClaimedTap,
  { atOnce }: { readonly atOnce?: true },
): Promise<Pick<TakenIn, 'outcome' | 'returnCode' | 'request'> | Refused> {
  if (atOnce && nonce !== undefined) {
    return refuse(context, { outcome: 'refused', reason: 'message-malformed' }, tap.readerId);
  }
  const returnCode = nonce === undefined ? undefined : context.secrets.random(128);
  if (nonce !== undefined) {
    const prompt = await context.taps.findPrompt(nonce);
    // `iat` is whole seconds: a tap in the second of the request is not before it.
    const latest = tap.readAt + (1 + readerClockBehindSeconds) * msPerSecond;
    if (prompt !== undefined && latest <= prompt.openedAt) {
      return refuse(context, { outcome: 'refused', reason: 'tap-before-request' }, tap.readerId);
    }
  }
  const how =
    returnCode === undefined
      ? { counter: counter ?? 0, ...(atOnce ? { usedAtOnce: atOnce } : {}) }
      : { returnCodeHash: context.secrets.hash(returnCode) };
  const kept = await context.taps.keep(tap, how);
  if (kept !== 'kept') return refuse(context, { outcome: 'refused', reason: kept }, tap.readerId);
  // Before anybody else hears of it: a sign-in that waits for this card would take it.
  const request = nonce === undefined && !atOnce ? await context.tapRequests.take(tap) : undefined;
  await context.audit.append({
    at: tap.receivedAt,
    type: 'tap.accepted',
    actor: actor('reader', tap.readerId),
    subject: tap.tapId,
    details: { evidence: tap.evidence.type, kind: tap.evidence.kind, prompted: nonce !== undefined },
  });
  if (request !== undefined) return { outcome: 'kept', request };
  if (nonce === undefined && !atOnce) {
    context.tapWaits.arrived(tap.cardKey);
    context.tapWaits.readers.arrived(tap.readerId);
  }
  return { outcome: 'kept', ...(returnCode === undefined ? {} : { returnCode }) };
}

function loginMessage({ issuer }: Context, reader: Reader, claims: ClaimedTap): Uint8Array {
  return proofMessage({
    purpose: 'login',
    issuer,
    readerId: reader.readerId,
    nonce: claims.nonce ?? '',
    issuedAtSeconds: claims.iat,
  });
}

async function refuse({ audit, clock }: Context, outcome: Refused, readerId: string): Promise<Refused> {
  const event: AuditEvent = {
    at: clock.now(),
    type: 'tap.refused',
    actor: actor('reader', readerId),
    reason: outcome.reason,
    ...(outcome.certificateReason === undefined
      ? {}
      : { details: { certificate: outcome.certificateReason } }),
  };
  await audit.append(event);
  const { reason, certificateReason } = outcome;
  return { outcome: 'refused', reason, ...(certificateReason === undefined ? {} : { certificateReason }) };
}
