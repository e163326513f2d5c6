import type { DatabaseSync } from 'node:sqlite';
import type { ClientId } from '../../domain/login-policy.ts';
import type { ReaderId } from '../../domain/reader.ts';
import { type PairingId, type StationRefusal, stationRefusals } from '../../domain/station.ts';
import type { TapId } from '../../domain/tap.ts';
import type { StationRequest } from '../../ports/station-requests.ts';
import { StoredFields } from '../stored-fields.ts';

/** A request as it is kept. */
export interface KeptRequest {
  readonly request: StationRequest;
  readonly state: 'waiting' | 'shown' | 'refused' | 'done';
  readonly reason: StationRefusal | undefined;
  readonly tapId: TapId | undefined;
  readonly confirmationHash: string | undefined;
}

export function toKeptRequest(row: object): KeptRequest {
  const fields = new StoredFields(row, 'station_requests');
  return {
    request: {
      interactionHash: fields.text('interaction_hash'),
      pairingId: fields.text<PairingId>('pairing_id'),
      readerId: fields.text<ReaderId>('reader_id'),
      clientId: fields.text<ClientId>('client_id'),
      openedAt: fields.integer('opened_at'),
      expiresAt: fields.integer('expires_at'),
    },
    state: fields.oneOf('state', ['waiting', 'shown', 'refused', 'done']),
    reason: fields.optionalOneOf('reason', stationRefusals),
    tapId: fields.optionalText<TapId>('tap_id'),
    confirmationHash: fields.optionalText('confirmation_hash'),
  };
}

/** Every statement on the requests of stations, prepared once. */
export function prepareStationStatements(connection: DatabaseSync) {
  return {
    putChallenge: connection.prepare(
      `INSERT INTO station_challenges (interaction_hash, pairing_id, challenge_hash, expires_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (interaction_hash) DO UPDATE SET
         pairing_id = excluded.pairing_id, challenge_hash = excluded.challenge_hash, expires_at = excluded.expires_at`,
    ),
    useChallenge: connection.prepare(
      `DELETE FROM station_challenges
       WHERE interaction_hash = ? AND pairing_id = ? AND challenge_hash = ? AND expires_at > ?`,
    ),
    put: connection.prepare(
      `INSERT INTO station_requests
         (interaction_hash, pairing_id, reader_id, client_id, opened_at, expires_at, state, reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (interaction_hash) DO UPDATE SET
         pairing_id = excluded.pairing_id, reader_id = excluded.reader_id, client_id = excluded.client_id,
         opened_at = excluded.opened_at, expires_at = excluded.expires_at, state = excluded.state,
         reason = excluded.reason, tap_id = NULL, confirmation_hash = NULL`,
    ),
    find: connection.prepare('SELECT * FROM station_requests WHERE interaction_hash = ?'),
    refuseOthers: connection.prepare(
      `UPDATE station_requests SET state = 'refused', reason = 'station-busy', tap_id = NULL
       WHERE reader_id = ? AND interaction_hash <> ? AND state IN ('waiting', 'shown') AND expires_at > ?`,
    ),
    refuse: connection.prepare(
      `UPDATE station_requests SET state = 'refused', reason = ?, tap_id = NULL
       WHERE interaction_hash = ? AND state IN ('waiting', 'shown')`,
    ),
    show: connection.prepare(
      `UPDATE station_requests SET state = 'shown', tap_id = ?, expires_at = ? WHERE interaction_hash = ?`,
    ),
    noteConfirmation: connection.prepare(
      `UPDATE station_requests SET confirmation_hash = ? WHERE interaction_hash = ? AND state = 'shown'`,
    ),
    done: connection.prepare(`UPDATE station_requests SET state = 'done' WHERE interaction_hash = ?`),
    // Of the very millisecond nobody knows which came first. Read in whole seconds: in that second is not before it.
    tapsSince: connection.prepare(
      `SELECT * FROM taps WHERE reader_id = ? AND nonce IS NULL AND used = 0 AND uses = 0
         AND received_at > ? AND received_at < ? AND read_at > ? - 1000
       ORDER BY received_at, read_at`,
    ),
    sweepChallenges: connection.prepare('DELETE FROM station_challenges WHERE expires_at < ?'),
    sweepRequests: connection.prepare('DELETE FROM station_requests WHERE expires_at < ?'),
  } as const;
}
