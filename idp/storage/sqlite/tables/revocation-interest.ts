import { type Kysely, sql } from 'kysely';
import type { CardId, CardKey, RevocationScope } from '../../../domain/card.ts';
import type { IssuerKeyId } from '../../../domain/certificate-id.ts';
import type { RegistrationId } from '../../../domain/registration.ts';
import { StoredFields } from '../../stored-fields.ts';
import type { RecordSchema } from '../schema.ts';

const pageSize = 1_000;

type Interest = { readonly cardKey: CardKey; readonly sealedNumber: string } & (
  | { readonly cardId: CardId }
  | { readonly registrationId: RegistrationId }
);

/** Every scope that a card in use or a pending registration names. */
export async function revocationScopes(db: Kysely<RecordSchema>): Promise<readonly RevocationScope[]> {
  const rows = await db
    .selectFrom('cards')
    .select(['scope_issuer_key_id', 'scope_distribution_point'])
    .where('scope_issuer_key_id', 'is not', null)
    .where(cardInUse)
    .union(
      db
        .selectFrom('registrations')
        .select(['scope_issuer_key_id', 'scope_distribution_point'])
        .where('scope_issuer_key_id', 'is not', null)
        .where(registrationPending),
    )
    .execute();
  return rows.map((row) => {
    const fields = new StoredFields(row, 'revocation scopes');
    return {
      issuerKeyId: fields.text<IssuerKeyId>('scope_issuer_key_id'),
      distributionPoint: fields.text('scope_distribution_point'),
    };
  });
}

/**
 * Cards in use and pending registrations of one scope, page by page: a million of them neither fills the memory nor
 * keeps other readers waiting. Registrations first, cards in the order they were added: what is approved meanwhile
 * moves behind the page being read, so that it is seen at least once.
 */
export async function* inScope(db: Kysely<RecordSchema>, scope: RevocationScope): AsyncGenerator<Interest> {
  for await (const row of pages((after) => pendingAfter(db, scope, after))) {
    const fields = new StoredFields(row, 'registrations');
    const proof = fields.fields('proof');
    yield {
      registrationId: fields.text<RegistrationId>('registration_id'),
      cardKey: fields.hex<CardKey>('proof_card_key'),
      sealedNumber: proof.text('sealedNumber'),
    };
  }
  for await (const row of pages((after) => cardsAfter(db, scope, after))) {
    const fields = new StoredFields(row, 'cards');
    yield {
      cardId: fields.text<CardId>('card_id'),
      cardKey: fields.hex<CardKey>('card_key'),
      sealedNumber: fields.text('sealed_number'),
    };
  }
}

// As literals, so that SQLite uses the partial indexes made for exactly these conditions.
const cardInUse = sql<boolean>`state IN ('active', 'suspended')`;
const registrationPending = sql<boolean>`state = 'pending'`;
const position = sql<number>`rowid`;

function pendingAfter(db: Kysely<RecordSchema>, scope: RevocationScope, after: number) {
  return db
    .selectFrom('registrations')
    .select(['registration_id', 'proof', 'proof_card_key', position.as('position')])
    .where('scope_issuer_key_id', '=', scope.issuerKeyId)
    .where('scope_distribution_point', '=', scope.distributionPoint)
    .where(registrationPending)
    .where(position, '>', after)
    .orderBy(position)
    .limit(pageSize)
    .execute();
}

function cardsAfter(db: Kysely<RecordSchema>, scope: RevocationScope, after: number) {
  return db
    .selectFrom('cards')
    .select(['card_id', 'card_key', 'sealed_number', position.as('position')])
    .where('scope_issuer_key_id', '=', scope.issuerKeyId)
    .where('scope_distribution_point', '=', scope.distributionPoint)
    .where(cardInUse)
    .where(position, '>', after)
    .orderBy(position)
    .limit(pageSize)
    .execute();
}

async function* pages<T extends { position: number }>(
  pageAfter: (position: number) => Promise<T[]>,
): AsyncGenerator<T> {
  for (let after = 0; ; ) {
    const page = await pageAfter(after);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last.position;
  }
}
