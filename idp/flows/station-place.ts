import type { ClientId } from '../domain/login-policy.ts';
import type { Reader } from '../domain/reader.ts';
import type { StationPairing, StationRefusal } from '../domain/station.ts';
import type { FlowContext } from './context.ts';

/** A station that may ask for a tap for a client, or why it may not. */
export type StationPlace =
  | { readonly outcome: 'ready'; readonly pairing: StationPairing; readonly reader: Reader }
  | { readonly outcome: 'refused'; readonly reason: StationRefusal };

/** Asked at every step: a pairing, a reader or its clients may have been changed meanwhile. */
export async function stationPlace(
  { record }: Pick<FlowContext, 'record'>,
  pairingId: string,
  clientId: ClientId,
): Promise<StationPlace> {
  const pairing = await record.stations.find(pairingId);
  if (pairing === undefined) return { outcome: 'refused', reason: 'not-paired' };
  if (pairing.endedAt !== undefined) return { outcome: 'refused', reason: 'station-unpaired' };
  const reader = await record.readers.find(pairing.readerId);
  if (reader?.state !== 'active') return { outcome: 'refused', reason: 'reader-disabled' };
  if (!reader.clientIds.includes(clientId)) return { outcome: 'refused', reason: 'client-not-at-station' };
  return { outcome: 'ready', pairing, reader };
}
