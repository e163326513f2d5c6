import type { DatabaseSync } from 'node:sqlite';

/** Every statement on prompts and taps, prepared once: this is the path of each tap. */
export function prepareTapStatements(connection: DatabaseSync) {
  return {
    insertPrompt: connection.prepare(
      `INSERT INTO prompts (nonce, client_id, demand, interaction_hash, opened_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    promptByNonce: connection.prepare('SELECT * FROM prompts WHERE nonce = ?'),
    answerPrompt: connection.prepare('UPDATE prompts SET answered = 1 WHERE nonce = ? AND answered = 0'),
    insertTap: connection.prepare(
      `INSERT INTO taps (tap_id, reader_id, card_key, evidence, read_at, received_at, nonce, return_code_hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    tapById: connection.prepare('SELECT * FROM taps WHERE tap_id = ?'),
    tapByReturnCode: connection.prepare('SELECT * FROM taps WHERE return_code_hash = ?'),
    newestUnprompted: connection.prepare(
      `SELECT * FROM taps WHERE card_key = ? AND received_at >= ? AND nonce IS NULL AND used = 0 AND uses < ?
         AND reader_id IN (SELECT value FROM json_each(?))
       ORDER BY received_at DESC, read_at DESC LIMIT 1`,
    ),
    useTap: connection.prepare('UPDATE taps SET used = 1 WHERE tap_id = ? AND used = 0'),
    countUse: connection.prepare('UPDATE taps SET uses = uses + 1 WHERE tap_id = ?'),
    raiseCounter: connection.prepare(
      `INSERT INTO reader_counters (reader_id, counter) VALUES (?, ?)
       ON CONFLICT (reader_id) DO UPDATE SET counter = excluded.counter WHERE excluded.counter > counter`,
    ),
    notePinProof: connection.prepare(
      `INSERT INTO pin_proofs (card_id, reader_group, proved_at) VALUES (?, ?, ?)
       ON CONFLICT (card_id, reader_group) DO UPDATE SET proved_at = max(proved_at, excluded.proved_at)`,
    ),
    pinProof: connection.prepare('SELECT proved_at FROM pin_proofs WHERE card_id = ? AND reader_group = ?'),
    voidPinProofs: connection.prepare('DELETE FROM pin_proofs WHERE reader_group = ? AND proved_at >= ?'),
    forgetTaps: connection.prepare('DELETE FROM taps WHERE card_key = ?'),
    forgetPinProofs: connection.prepare('DELETE FROM pin_proofs WHERE card_id = ?'),
    sweepTaps: connection.prepare('DELETE FROM taps WHERE received_at < ?'),
    sweepPrompts: connection.prepare('DELETE FROM prompts WHERE expires_at < ?'),
    sweepRequests: connection.prepare('DELETE FROM tap_requests WHERE expires_at < ?'),
    sweepPinProofs: connection.prepare('DELETE FROM pin_proofs WHERE proved_at < ?'),
  } as const;
}

export type TapStatements = ReturnType<typeof prepareTapStatements>;
