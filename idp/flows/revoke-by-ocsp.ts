import type { CardId } from '../domain/card.ts';
import type { CertificateId } from '../domain/certificate-id.ts';
import type { Actor } from '../domain/registration.ts';
import type { OcspAnswer } from '../ports/jpki.ts';
import type { FlowContext } from './context.ts';
import { changeAndStop, type StopContext } from './publish-cards.ts';

/**
 * The issuer said at a use that the certificate is revoked: the card is, for good and at once, as by a list, and what
 * rests on it ends. A card that is revoked or retired already stays as it is.
 * @param request.actor whose request it was that made us ask.
 */
export async function revokeByOcsp(
  context: StopContext,
  request: {
    readonly cardId: CardId;
    readonly answer: OcspAnswer & { readonly status: 'revoked' };
    readonly actor: Actor;
  },
): Promise<void> {
  const { cardId, answer, actor } = request;
  const { reason: revocationReason = 'unspecified', revocationTime: revokedAt, evidence } = answer;
  await changeAndStop(
    context,
    async (tables) => {
      const card = await tables.cards.find(cardId);
      if (card === undefined || (card.state !== 'active' && card.state !== 'suspended')) return [];
      const revoked = { state: 'revoked', revokedBy: 'issuer', revocationReason, revokedAt } as const;
      await tables.cards.update({ ...card, ...revoked }, card.state);
      await tables.audit.append({
        at: context.clock.now(),
        type: 'card.revoked-by-ocsp',
        actor,
        subject: cardId,
        reason: revocationReason,
        details: { ocspResponder: evidence.responder, ocspSha256: evidence.sha256 },
      });
      return [card];
    },
    (cards) =>
      cards.map(({ personId }) => ({ personId, authenticator: cardId, cause: 'card.revoked-by-ocsp' })),
  );
}

/** The same where it was said of a certificate that somebody holds anew: who has it registered already is stopped. */
export async function revokeRegisteredByOcsp(
  context: StopContext & Pick<FlowContext, 'numbers'>,
  request: Omit<Parameters<typeof revokeByOcsp>[1], 'cardId'> & { readonly certificate: CertificateId },
): Promise<void> {
  const { certificate, ...said } = request;
  const cardKey = context.numbers.keyOf({ kind: 'jpki', value: certificate.serialNumber });
  for (const { cardId, issuerKeyId } of await context.record.cards.findByKey(cardKey)) {
    if (issuerKeyId === certificate.issuerKeyId) await revokeByOcsp(context, { ...said, cardId });
  }
}
