import type { ClientId } from '../domain/login-policy.ts';
import type { ReaderPublicKey } from '../domain/reader.ts';
import { actor } from '../domain/registration.ts';
import { type StationRefusal, stationMessage, stationSeconds } from '../domain/station.ts';
import { after, type FlowContext } from './context.ts';
import { stationPlace } from './station-place.ts';

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets' | 'taps' | 'tapWaits' | 'audit' | 'issuer'>;

/** A sign-in that is shown in the browser of a station, or in one that says so. */
export interface StationSignIn {
  readonly interactionUid: string;
  readonly clientId: ClientId;
  readonly pairingId: string;
}

type Refused = { readonly outcome: 'refused'; readonly reason: StationRefusal };

/** Gives what the station is to sign for this one sign-in; it is good for a few seconds, and once. */
export async function challengeStation(
  context: Context,
  { interactionUid, clientId, pairingId }: StationSignIn,
): Promise<{ readonly outcome: 'challenge'; readonly challenge: string } | Refused> {
  const { taps, secrets, clock } = context;
  const place = await stationPlace(context, pairingId, clientId);
  if (place.outcome === 'refused') return place;
  const challenge = secrets.random(256);
  await taps.stations.challenge({
    interactionHash: secrets.hash(interactionUid),
    pairingId: place.pairing.pairingId,
    challengeHash: secrets.hash(challenge),
    expiresAt: after(clock.now(), stationSeconds),
  });
  return { outcome: 'challenge', challenge };
}

/** The signature of a station, whose key nobody has held it against yet. */
export interface StationSignature {
  readonly challenge: string;
  verifies(publicKey: ReaderPublicKey, message: Uint8Array): boolean;
}

/**
 * Opens a station's request for a tap, for the sign-in that its key signed and for no other. Who has not the key opens
 * nothing and disturbs nobody.
 */
export async function openAtStation(
  context: Context,
  { interactionUid, clientId, pairingId }: StationSignIn,
  signature: StationSignature,
): Promise<{ readonly outcome: 'opened' } | Refused> {
  const { taps, secrets, clock, issuer } = context;
  const place = await stationPlace(context, pairingId, clientId);
  if (place.outcome === 'refused') return place;
  const { pairing, reader } = place;
  const { challenge } = signature;
  const message = stationMessage({ issuer, pairingId: pairing.pairingId, interactionUid, challenge });
  const verified = signature.verifies(pairing.publicKey, message);
  if (!verified) return refuse(context, reader.readerId, 'station-signature');
  const openedAt = clock.now();
  const opened = await taps.stations.open(
    {
      interactionHash: secrets.hash(interactionUid),
      pairingId: pairing.pairingId,
      readerId: reader.readerId,
      clientId,
      openedAt,
      expiresAt: after(openedAt, stationSeconds),
    },
    secrets.hash(challenge),
  );
  // Whoever waits at this reader may have been refused by this one.
  context.tapWaits.readers.arrived(reader.readerId);
  return opened === 'opened' ? { outcome: 'opened' } : refuse(context, reader.readerId, opened);
}

async function refuse({ audit, clock }: Context, readerId: string, reason: StationRefusal): Promise<Refused> {
  await audit.append({
    ...{ at: clock.now(), type: 'station.refused', actor: actor('reader', readerId), reason },
  });
  return { outcome: 'refused', reason };
}
