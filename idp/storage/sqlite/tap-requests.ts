import type { DatabaseSync } from 'node:sqlite';
import { msPerSecond } from '../../domain/instant.ts';
import type { ClientId } from '../../domain/login-policy.ts';
import type { PersonId } from '../../domain/person.ts';
import type { ReaderId } from '../../domain/reader.ts';
import type { TapRequest, TapRequests } from '../../ports/tap-requests.ts';
import { present, StoredFields } from '../stored-fields.ts';
import { orFault } from './faults.ts';
import type { GroupCommit } from './group-commit.ts';

const code = 'ERR_RECORD_UNAVAILABLE';

/** Requests for a tap, on the connection of the taps. */
export class SqliteTapRequests implements TapRequests {
  readonly #group: GroupCommit;
  readonly #statements: ReturnType<typeof prepareStatements>;

  /** @param group whose commits are on disk before they are answered */
  constructor(connection: DatabaseSync, group: GroupCommit) {
    this.#group = group;
    this.#statements = prepareStatements(connection);
  }

  open(request: TapRequest): Promise<'opened' | 'reader-busy'> {
    const { requestId, readerId, clientId, way, personId, openedAt, expiresAt } = request;
    return this.#group.run(() => {
      this.#statements.sweep.run(openedAt);
      if (this.#statements.openAt.get(readerId, openedAt) !== undefined) return 'reader-busy';
      this.#statements.insert.run(requestId, readerId, clientId, way, personId ?? null, openedAt, expiresAt);
      return 'opened';
    });
  }

  async openAt(readerId: ReaderId, now: number): Promise<TapRequest | undefined> {
    const row = orFault(code, () => this.#statements.openAt.get(readerId, now));
    return row && toTapRequest(row);
  }

  async take({
    tapId,
    readerId,
    readAt,
    receivedAt,
  }: Parameters<TapRequests['take']>[0]): Promise<TapRequest | undefined> {
    // Nearly every tap answers nothing: that costs one look, and no commit.
    if ((await this.openAt(readerId, receivedAt)) === undefined) return undefined;
    return this.#group.run(() => {
      const row = this.#statements.openAt.get(readerId, receivedAt);
      if (row === undefined) return undefined;
      const request = toTapRequest(row);
      // A reader says whole seconds: what was read in the second in which the request was opened was not before it.
      if (request.openedAt > receivedAt || request.openedAt >= readAt + msPerSecond) return undefined;
      if (this.#statements.useTap.run(tapId).changes === 0) return undefined;
      this.#statements.answer.run(request.requestId);
      return request;
    });
  }

  async end(requestId: string): Promise<void> {
    await this.#group.run(() => {
      this.#statements.answer.run(requestId);
    });
  }
}

function toTapRequest(row: object): TapRequest {
  const fields = new StoredFields(row, 'tap_requests');
  return present({
    requestId: fields.text('request_id'),
    readerId: fields.text<ReaderId>('reader_id'),
    clientId: fields.text<ClientId>('client_id'),
    way: fields.oneOf('way', ['ciba', 'device']),
    personId: fields.optionalText<PersonId>('person_id'),
    openedAt: fields.integer('opened_at'),
    expiresAt: fields.integer('expires_at'),
  });
}

function prepareStatements(connection: DatabaseSync) {
  return {
    openAt: connection.prepare(
      'SELECT * FROM tap_requests WHERE reader_id = ? AND answered = 0 AND expires_at > ? LIMIT 1',
    ),
    insert: connection.prepare(
      `INSERT INTO tap_requests (request_id, reader_id, client_id, way, person_id, opened_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    answer: connection.prepare('UPDATE tap_requests SET answered = 1 WHERE request_id = ? AND answered = 0'),
    useTap: connection.prepare('UPDATE taps SET used = 1 WHERE tap_id = ? AND used = 0 AND uses = 0'),
    // A few with every request, so that nothing needs a timer.
    sweep: connection.prepare(
      'DELETE FROM tap_requests WHERE request_id IN (SELECT request_id FROM tap_requests WHERE expires_at <= ? LIMIT 20)',
    ),
  } as const;
}
