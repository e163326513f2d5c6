import type { CardKey } from '../../domain/card.ts';
import type { IssuerKeyId } from '../../domain/certificate-id.ts';
import type { ClientId } from '../../domain/login-policy.ts';
import type { ReaderId } from '../../domain/reader.ts';
import type { Evidence, Tap, TapId } from '../../domain/tap.ts';
import type { Prompt } from '../../ports/taps.ts';
import { cardKinds } from '../card-facts.ts';
import { present, StoredFields } from '../stored-fields.ts';

/** A prompt and whether a tap answered it. */
export function toPrompt(row: object): Prompt & { readonly answered: boolean } {
  const fields = new StoredFields(row, 'prompts');
  return {
    nonce: fields.text('nonce'),
    clientId: fields.text<ClientId>('client_id'),
    demand: fields.oneOf('demand', ['tap', 'pin']),
    interactionHash: fields.text('interaction_hash'),
    openedAt: fields.integer('opened_at'),
    expiresAt: fields.integer('expires_at'),
    answered: fields.flag('answered'),
  };
}

/** A tap and whether it was used. */
export function toTap(row: object): { readonly tap: Tap; readonly used: boolean } {
  const fields = new StoredFields(row, 'taps');
  const tap = present({
    tapId: fields.text<TapId>('tap_id'),
    readerId: fields.text<ReaderId>('reader_id'),
    cardKey: fields.hex<CardKey>('card_key'),
    evidence: toEvidence(fields.fields('evidence')),
    readAt: fields.integer('read_at'),
    receivedAt: fields.integer('received_at'),
    nonce: fields.optionalText('nonce'),
  });
  return { tap, used: fields.flag('used') };
}

function toEvidence(fields: StoredFields): Evidence {
  const type = fields.oneOf('type', ['identifier', 'certificate', 'signature']);
  if (type === 'identifier') {
    const kind = fields.oneOf('kind', cardKinds);
    return present({ type, kind, issuerKeyId: fields.optionalText<IssuerKeyId>('issuerKeyId') });
  }
  return {
    type,
    kind: fields.oneOf('kind', ['jpki']),
    issuerKeyId: fields.text<IssuerKeyId>('issuerKeyId'),
  };
}
