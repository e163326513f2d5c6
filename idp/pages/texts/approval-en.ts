import type { Reasons } from './catalogue.ts';

const anotherApprover = 'Ask another approver.';
const counter = 'Reject it. The holder can have it checked at the municipality’s counter.';
const rejectAndInvite = 'Reject it and invite the person again.';

/** For whoever approves or rejects. */
export const approvalEn: Reasons['approval'] = {
  'registration-not-pending': {
    what: 'This registration does not wait for approval.',
    next: 'Look at the list again: somebody may have decided it.',
  },
  'approver-not-entitled': {
    what: 'You are no active approver or administrator.',
    next: 'Ask an administrator for the role.',
  },
  'approver-of-another-organization': {
    what: 'The person belongs to another organisation.',
    next: 'Ask an approver of that organisation.',
  },
  'approver-is-holder': { what: 'Nobody approves an own card.', next: anotherApprover },
  'approver-is-inviter': {
    what: 'Whoever invited the person does not approve the card as well.',
    next: anotherApprover,
  },
  'person-suspended': {
    what: 'The person is suspended.',
    next: 'Restore the person first, if the reason is over.',
  },
  'person-left': { what: 'The person has left.', next: 'Reject it.' },
  'person-moved': {
    what: 'The person belongs to another organisation than when the card was held.',
    next: rejectAndInvite,
  },
  'certificate-refused': {
    what: 'The certificate on the card no longer holds.',
    next: 'Reject it. A renewed card has to be registered anew.',
  },
  'card-revoked': { what: 'The certificate on the card is revoked.', next: counter },
  'card-revoked-by-list': { what: 'A revocation list names the certificate on the card.', next: counter },
  'card-on-hold': {
    what: 'The issuer has put the certificate on the card on hold.',
    next: 'Wait or reject it. The holder can have it checked at the municipality’s counter.',
  },
  'card-suspended': {
    what: 'This card is registered already, and suspended.',
    next: 'Restore the card, or reject this registration.',
  },
  'card-unknown-to-issuer': {
    what: 'The card’s issuer does not know this certificate.',
    next: counter,
  },
  'ocsp-older-than-proof': {
    what: 'The issuer’s newest answer was made before the card was held.',
    next: 'Approve again in a few minutes.',
  },
  'card-already-registered': {
    what: 'This card is registered to the same person already.',
    next: 'Reject this registration.',
  },
  'card-registered-to-another': {
    what: 'This card is registered to somebody else.',
    next: 'Find out why before you decide.',
  },
  'card-already-pending': {
    what: 'Another registration of this card by the same person waits.',
    next: 'Reject one of them.',
  },
  'card-pending-for-another': {
    what: 'This card waits to be registered to somebody else as well.',
    next: 'Find out why before you decide.',
  },
  'face-to-face-required': {
    what: 'A device sent this card’s number, and nothing was signed.',
    next: 'Approve it with the person and the card before you, when they agree that it is kept.',
  },
};
