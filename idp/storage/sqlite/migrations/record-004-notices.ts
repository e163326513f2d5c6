import { type Kysely, sql } from 'kysely';

/** Notices that are owed, and the wordings that people agreed to. */
export const notices = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
    await sql`INSERT INTO consents
      SELECT consent_sha256, ${firstWording.version}, ${firstWording.ja}, ${firstWording.en}, min(begun_at)
      FROM registrations WHERE consent_sha256 = ${firstWording.sha256} GROUP BY consent_sha256`.execute(db);
  },
};

/** The only wording there was before wordings were kept; written out, because a migration never changes. */
const firstWording = {
  sha256: '2d3f29d37e67d111568ae85a269a4f8f4eaafd88aa00eb8a6cdbde7608b53c63',
  version: '2026-11-01',
  ja: 'マイナンバーカードの利用者証明用電子証明書の発行番号を、あなたの職員情報とだけ結び付けて保存します。個人番号（マイナンバー）や、カードのICチップ内の氏名・住所・生年月日・性別・顔写真は読み取らず、使用しません。結び付けは、いつでも取り消すことができます。',
  en: 'The number of the user-authentication certificate on your My Number Card will be stored, linked with your staff record only. Your individual number and the name, address, date of birth, sex and photograph in the card’s chip are neither read nor used. You can withdraw the link at any time.',
};

const statements = [
  `CREATE TABLE notices (
    notice_id TEXT PRIMARY KEY, kind TEXT NOT NULL, about TEXT NOT NULL, person_id TEXT REFERENCES people, words TEXT,
    state TEXT NOT NULL, queued_at INTEGER NOT NULL, attempts INTEGER NOT NULL, next_attempt_at INTEGER NOT NULL,
    settled_at INTEGER, failure TEXT
  ) STRICT`,
  // Told once, whatever runs twice.
  `CREATE UNIQUE INDEX notice_once ON notices (about, kind)`,
  `CREATE INDEX notices_due ON notices (next_attempt_at) WHERE state = 'waiting'`,
  `CREATE INDEX notices_by_person ON notices (person_id) WHERE person_id IS NOT NULL`,

  // To be found when somebody leaves.
  `CREATE INDEX invitations_by_person ON invitations (person_id)`,

  `CREATE TABLE consents (
    sha256 TEXT PRIMARY KEY, version TEXT NOT NULL, ja TEXT NOT NULL, en TEXT NOT NULL, first_used_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
];
