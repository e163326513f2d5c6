import { setTimeout as delay } from 'node:timers/promises';
import type { CardProfile } from '../../idp/domain/card-profile.ts';
import { Fault } from '../../idp/domain/fault.ts';
import { proofMessage } from '../../idp/domain/proof-message.ts';
import { CardError } from '../card-error.ts';
import type { CardReader, PresentedCard } from '../card-reader.ts';
import type { IdpClient, TapRead } from '../idp-client.ts';
import { readTriesLeft, signWithCard } from '../pin-operations.ts';
import { readCard } from '../read-card.ts';
import { type Failure, type Note, noteOf } from '../texts.ts';
import { signatureEvidence, wireEvidence } from '../wire-evidence.ts';
import type { PinEntry, Presentation } from './presentation.ts';

export interface PresentationParts {
  readonly reader: CardReader;
  readonly client: IdpClient;
  /** The kinds of cards that are taken; the present card unless said otherwise. */
  readonly profiles?: readonly CardProfile[] | undefined;
}

/** What came of one card: a tap to post, or something to say and the next card. */
type CardOutcome =
  | { readonly outcome: 'tap'; readonly tap: TapRead }
  | { readonly outcome: 'note'; readonly note: Note }
  | { readonly outcome: 'ended' };

const pauseAfterFaultMs = 1_000;

/**
 * Takes a presentation from its first page to a return code or a failure: waits for the card, asks for the PIN where
 * the challenge demands it, posts the tap. At most one VERIFY is sent in the course of it.
 */
export async function conductPresentation(
  parts: PresentationParts,
  presentation: Presentation,
): Promise<void> {
  try {
    if (presentation.challenge.demand === 'tap') await untilReaderIsEmpty(parts, presentation);
    let note: Note | undefined;
    while (!presentation.ended) {
      presentation.enter({ stage: 'hold-card', ...(note === undefined ? {} : { note }) });
      note = await nextCard(parts, presentation);
    }
  } catch (error) {
    if (presentation.ended) return;
    presentation.enter({ stage: 'failed', failure: 'internal' });
    throw error;
  }
}

/** A card that lay there before anybody asked was not held for this. */
async function untilReaderIsEmpty({ reader }: PresentationParts, presentation: Presentation): Promise<void> {
  try {
    const lying = await reader.presentCard();
    if (lying === undefined) return;
    presentation.enter({ stage: 'remove-card' });
    await lying.waitForRemoval(presentation.signal);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}

/** @returns what to say while the next card is waited for. */
async function nextCard(parts: PresentationParts, presentation: Presentation): Promise<Note | undefined> {
  try {
    const card = await parts.reader.waitForCard(presentation.signal);
    const outcome = await outcomeOf(parts, presentation, card);
    if (outcome.outcome === 'tap') await post(parts, presentation, outcome.tap);
    if (outcome.outcome !== 'note') return undefined;
    presentation.enter({ stage: 'hold-card', note: outcome.note });
    await card.waitForRemoval(presentation.signal);
    return outcome.note;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'ERR_READER_UNAVAILABLE') throw error;
    presentation.enter({ stage: 'hold-card', note: 'reader-unavailable' });
    await delay(pauseAfterFaultMs, undefined, { signal: presentation.signal });
    return 'reader-unavailable';
  }
}

async function outcomeOf(
  parts: PresentationParts,
  presentation: Presentation,
  card: PresentedCard,
): Promise<CardOutcome> {
  try {
    return presentation.challenge.demand === 'tap'
      ? await tapOutcome(parts, presentation, card)
      : await pinOutcome(parts, presentation, card);
  } catch (error) {
    if (error instanceof CardError) return { outcome: 'note', note: noteOf(error.code) };
    throw error;
  }
}

async function tapOutcome(
  { client, profiles }: PresentationParts,
  presentation: Presentation,
  card: PresentedCard,
): Promise<CardOutcome> {
  presentation.enter({ stage: 'working' });
  const readAtSeconds = client.nowSeconds();
  const reading = await readCard(card, client.provider.evidence, profiles);
  if (reading.kind === 'unsupported') return { outcome: 'note', note: reading.name };
  return { outcome: 'tap', tap: { evidence: wireEvidence(reading), readAtSeconds } };
}

async function pinOutcome(
  parts: PresentationParts,
  presentation: Presentation,
  card: PresentedCard,
): Promise<CardOutcome> {
  let note: Note | undefined;
  for (;;) {
    const asked = await readTriesLeft(card, parts.profiles);
    if (asked.outcome === 'no-pin-card') return { outcome: 'note', note: asked.note };
    const { triesLeft, digits } = asked;
    if (triesLeft === 0) return failed(presentation, { failure: 'pin-blocked' });
    presentation.enter({ stage: 'enter-pin', triesLeft, digits, ...(note === undefined ? {} : { note }) });
    const entry = await pinOrRemoval(presentation, card);
    if (entry === undefined) return { outcome: 'note', note: 'card-left' };
    const wellFormed = entry.pin.length === digits && /^[0-9]+$/.test(entry.pin);
    const confirmed = triesLeft > 1 || entry.acceptLastTry;
    if (wellFormed && confirmed) return sign(parts, presentation, card, entry);
    note = wellFormed ? undefined : 'pin-form';
  }
}

async function pinOrRemoval(presentation: Presentation, card: PresentedCard): Promise<PinEntry | undefined> {
  const enough = new AbortController();
  const signal = AbortSignal.any([presentation.signal, enough.signal]);
  try {
    const removal = card.waitForRemoval(signal).then(() => undefined);
    // When the PIN comes first nobody looks at the removal any more.
    removal.catch(() => undefined);
    return await Promise.race([presentation.pin(), removal]);
  } finally {
    enough.abort();
  }
}

async function sign(
  { client, profiles }: PresentationParts,
  presentation: Presentation,
  card: PresentedCard,
  entry: PinEntry,
): Promise<CardOutcome> {
  const { issuer, readerId } = client.provider;
  const { nonce } = presentation.challenge;
  const signed = await signWithCard(card, {
    ...entry,
    profiles,
    nowSeconds: () => client.nowSeconds(),
    message: (issuedAtSeconds) =>
      proofMessage({ purpose: 'login', issuer, readerId, nonce, issuedAtSeconds }),
  });
  switch (signed.outcome) {
    case 'signed': {
      const evidence = signatureEvidence(signed.certificate, signed.signature);
      return { outcome: 'tap', tap: { evidence, readAtSeconds: signed.readAtSeconds } };
    }
    case 'pin-wrong':
      return failed(presentation, { failure: 'pin-wrong', triesLeft: signed.triesLeft });
    case 'pin-blocked':
      return failed(presentation, { failure: 'pin-blocked' });
    case 'interrupted':
      return failed(presentation, { failure: 'removed-while-signing' });
    case 'no-pin-card':
      return { outcome: 'note', note: signed.note };
    case 'last-try-unconfirmed':
      // Another card than the one that was asked for its tries; the PIN was not sent to it.
      return { outcome: 'note', note: 'card-left' };
  }
}

function failed(
  presentation: Presentation,
  why: { readonly failure: Failure; readonly triesLeft?: number },
): CardOutcome {
  presentation.enter({ stage: 'failed', ...why });
  return { outcome: 'ended' };
}

async function post({ client }: PresentationParts, presentation: Presentation, tap: TapRead): Promise<void> {
  const { nonce, uiLocale } = presentation.challenge;
  presentation.enter({ stage: 'working' });
  try {
    const answer = await client.postTap({ ...tap, nonce, language: uiLocale });
    if (answer.outcome === 'refused') {
      presentation.enter({ stage: 'failed', failure: 'refused', message: answer.message });
      return;
    }
    const location = new URL(client.provider.returnUrl);
    location.searchParams.set('code', answer.body.returnCode ?? '');
    presentation.enter({ stage: 'done', location: location.href });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    presentation.enter({ stage: 'failed', failure: 'idp-unreachable' });
  }
}
