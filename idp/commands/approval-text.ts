import type { ApprovalRefusal } from '../flows/approval-rules.ts';

const invite = 'Reject it, and invite the person again';

/** What happened and what to do next, for whoever decides. */
const texts: { readonly [reason in ApprovalRefusal]: string } = {
  'registration-not-pending':
    'it does not wait for approval: it was decided already, or the card was never held against it',
  'approver-not-entitled': 'whoever decides must be an active approver or administrator',
  'approver-of-another-organization': 'the person belongs to another organisation: ask an approver there',
  'approver-is-holder': 'nobody approves an own card: ask another approver',
  'approver-is-inviter': 'whoever invited the person may not approve the card as well: ask another approver',
  'person-suspended': 'the person is suspended. `kazasu person restore` first, if that is over',
  'person-left': 'the person has left. Reject it',
  'person-moved': `the person belongs to another organisation than when the card was held. ${invite}`,
  'certificate-refused': 'the certificate no longer holds',
  'card-revoked': 'the certificate is revoked. Reject it; the municipality’s counter knows why',
  'card-revoked-by-list':
    'a revocation list names the certificate. Reject it; the municipality’s counter knows why',
  'card-on-hold': 'its issuer has put the certificate on hold. The municipality’s counter knows why',
  'card-suspended': 'this card is registered already and suspended. `kazasu card restore` it, or reject this',
  'card-unknown-to-issuer': 'the issuer does not know the certificate. Reject it',
  'ocsp-older-than-proof':
    'the responder’s newest answer was made before the card was held. Approve again in a few minutes',
  'card-already-registered': 'this card is registered to the same person already. Reject it',
  'card-registered-to-another': 'this card is registered to somebody else. Find out why before anything else',
  'card-already-pending': 'another registration of this card by the same person waits. Reject one of them',
  'card-pending-for-another': 'this card waits to be registered to somebody else as well. Find out why',
  'face-to-face-required':
    'a device sent this number, and nothing was signed. With the person and the card before you, and when they agree that it is kept: `kazasu card approve ID --face-to-face`',
};

/** `person-left: the person has left. Reject it.` */
export function refusalText({
  reason,
  certificateReason,
}: {
  readonly reason: ApprovalRefusal;
  readonly certificateReason?: string;
}): string {
  return `${reason}${certificateReason ? ` (${certificateReason})` : ''}: ${texts[reason]}.`;
}
