import type { IssuerKeyId } from '../domain/certificate-id.ts';
import type { Instant } from '../domain/instant.ts';
import type { Actor } from '../domain/registration.ts';
import type { PinnedAnchor } from '../ports/anchors.ts';
import { anotherFingerprint, parseFingerprint, refuseUnusable, theOneOf } from './anchor-refusals.ts';
import type { FlowContext } from './context.ts';
import { knownAuthority } from './known-authorities.ts';

/** `expires-soon`: within 90 days. `test`: an authority of test cards, on a trial installation. */
export type AnchorState = 'in-use' | 'expires-soon' | 'expired' | 'not-yet-valid' | 'test';

/** A CA certificate as an operator sees it; dates in epoch milliseconds. */
export interface DescribedAnchor {
  readonly fingerprint: string;
  /** The file's name at J-LIS where this version knows it. */
  readonly knownAs?: string;
  readonly subjectName: string;
  /** Otherwise cards of another kind are let in by it: an operator has to mean that. */
  readonly isForUserAuthentication: boolean;
  readonly issuerKeyId: IssuerKeyId;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly isTest: boolean;
  readonly state: AnchorState;
}

export type AddAnchorOutcome =
  | { readonly outcome: 'added'; readonly anchor: DescribedAnchor }
  /** Nothing was changed: a person has to compare first. */
  | { readonly outcome: 'to-be-compared'; readonly anchor: DescribedAnchor };

const soonDays = 90;
const shortestPrefix = 8;

/** The trusted CA certificates, the oldest first, with the registered cards under each. */
export async function listAnchors({
  anchors,
  record,
  clock,
}: Pick<FlowContext, 'anchors' | 'record' | 'clock'>): Promise<
  readonly (DescribedAnchor & { readonly cards: number })[]
> {
  const counts = await record.cards.countByIssuer();
  return anchors
    .list()
    .toSorted((one, other) => one.notBefore - other.notBefore)
    .map((anchor) => ({
      ...described(anchor, clock.now()),
      cards: counts.get(anchor.issuerKeyId) ?? 0,
    }));
}

/**
 * Trusts a CA certificate whose fingerprint the operator has compared; without one it only shows what to compare.
 * @throws {InvalidInput} `ERR_ANCHOR`, `ERR_ANCHOR_NOT_CA`, `ERR_ANCHOR_WEAK_KEY`, `ERR_ANCHOR_EXPIRED`, `ERR_ANCHOR_NOT_YET_VALID`,
 *   `ERR_TEST_ANCHOR`, `ERR_ANCHOR_KNOWN`, `ERR_ANCHOR_KEY_ID`, `ERR_FINGERPRINT`, `ERR_ANCHOR_FINGERPRINT`, `ERR_ANCHOR_DIRECTORY`.
 */
export async function addAnchor(
  context: Pick<FlowContext, 'anchors' | 'record' | 'clock'>,
  request: { readonly certificate: Uint8Array; readonly sha256?: string; readonly actor: Actor },
): Promise<AddAnchorOutcome> {
  const { anchors, clock } = context;
  const compared = request.sha256 === undefined ? undefined : parseFingerprint(request.sha256, 64);
  const anchor = anchors.read(request.certificate);
  const now = clock.now();
  refuseUnusable(anchors, anchor, now);
  if (compared === undefined) return { outcome: 'to-be-compared', anchor: described(anchor, now) };
  if (compared !== anchor.fingerprint) throw anotherFingerprint(anchor);
  await keep(context, anchor, request.actor);
  return { outcome: 'added', anchor: described(anchor, now) };
}

/** The file and its line in the trail: both or neither. */
async function keep(
  { anchors, record, clock }: Pick<FlowContext, 'anchors' | 'record' | 'clock'>,
  anchor: PinnedAnchor,
  actor: Actor,
): Promise<void> {
  const { fingerprint, issuerKeyId, notAfter } = anchor;
  const details = { sha256: fingerprint, notAfter };
  let isAdded = false;
  try {
    await record.change(async (tables) => {
      const at = clock.now();
      // Again: of two who add, the second finds what the first did.
      refuseUnusable(anchors, anchor, at);
      await tables.audit.append({ at, type: 'anchor.added', actor, subject: issuerKeyId, details });
      await anchors.add(anchor);
      isAdded = true;
    });
  } catch (error) {
    // No trust without its line in the trail: where the line could not be kept, the file goes again.
    if (isAdded) await anchors.remove(anchor);
    throw error;
  }
}

/**
 * Trusts a CA certificate no longer: certificates and lists under it are refused from now on.
 * @param request.fingerprint the whole one or a unique beginning of at least 8 hex digits
 * @returns the anchor, and how many registered cards have no CA from now on
 * @throws {InvalidInput} `ERR_FINGERPRINT`, `ERR_ANCHOR_UNKNOWN`, `ERR_ANCHOR_AMBIGUOUS`, `ERR_ANCHOR_DIRECTORY`.
 */
export async function removeAnchor(
  { anchors, record, clock }: Pick<FlowContext, 'anchors' | 'record' | 'clock'>,
  request: { readonly fingerprint: string; readonly actor: Actor },
): Promise<{ readonly anchor: DescribedAnchor; readonly cards: number }> {
  const prefix = parseFingerprint(request.fingerprint, shortestPrefix);
  return record.change(async (tables) => {
    const anchor = theOneOf(anchors.list(), prefix);
    const { fingerprint, issuerKeyId } = anchor;
    const cards = (await tables.cards.countByIssuer()).get(issuerKeyId) ?? 0;
    const now = clock.now();
    await tables.audit.append({
      at: now,
      type: 'anchor.removed',
      actor: request.actor,
      subject: issuerKeyId,
      details: { sha256: fingerprint, cards },
    });
    await anchors.remove(anchor);
    return { anchor: described(anchor, now), cards };
  });
}

function described(anchor: PinnedAnchor, now: Instant): DescribedAnchor {
  const { fingerprint, subjectName, isForUserAuthentication, issuerKeyId, notBefore, notAfter, isTest } =
    anchor;
  const knownAs = knownAuthority(fingerprint);
  return {
    fingerprint,
    ...(knownAs === undefined ? {} : { knownAs }),
    ...{ subjectName, isForUserAuthentication, issuerKeyId, notBefore, notAfter, isTest },
    state: stateOf(anchor, now),
  };
}

function stateOf({ notBefore, notAfter, isTest }: PinnedAnchor, now: Instant): AnchorState {
  if (now > notAfter) return 'expired';
  if (now < notBefore) return 'not-yet-valid';
  if (isTest) return 'test';
  return now > notAfter - soonDays * 86_400_000 ? 'expires-soon' : 'in-use';
}
