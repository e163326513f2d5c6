import type { Reasons } from './catalogue.ts';
import {
  askAdministrator,
  askThem,
  freshInvitation,
  holdAgain,
  readerAdministrator,
} from './next-steps-en.ts';

/** What is said at a reader. */
export const bridgeReasonsEn: Reasons['bridge'] = {
  'reader-unknown': {
    what: 'This reader is not registered.',
    next: 'Enrol the reader again (kazasu bridge enroll).',
  },
  'reader-not-enrolled': {
    what: 'This reader’s enrolment is not complete.',
    next: 'Enrol it with its enrolment code (kazasu bridge enroll).',
  },
  'reader-disabled': { what: 'This reader is switched off.', next: readerAdministrator },
  'message-signature-invalid': {
    what: 'This reader’s signature does not verify.',
    next: 'Enrol the reader again (kazasu bridge enroll).',
  },
  'message-malformed': {
    what: 'What the reader sent could not be understood.',
    next: 'Update the card reader program.',
  },
  'message-stale': {
    what: 'Too much time has passed since the reading, or the computer’s clock is behind.',
    next: 'Check the clock and hold the card again.',
  },
  'message-from-the-future': {
    what: 'The computer’s clock is ahead.',
    next: 'Set the clock and hold the card again.',
  },
  'number-malformed': {
    what: 'The card’s number was not read correctly.',
    next: 'Take the card away and hold it again.',
  },
  'certificate-refused': {
    what: 'The certificate on the card was not accepted.',
    next: `Make sure that it is a valid My Number Card. If in doubt, ${askThem}`,
  },
  'signature-invalid': {
    what: 'The card’s signature does not verify.',
    next: 'Take the card away and start again.',
  },
  'tap-before-request': { what: 'The card was read before this sign-in began.', next: holdAgain },
  'tap-replayed': { what: 'This reading has arrived already.', next: holdAgain },
  'counter-not-risen': {
    what: 'This reading is older than the last one and was not taken.',
    next: `Hold the card again. If it goes on, contact the administrator of this reader.`,
  },
  'prompt-unknown': {
    what: 'This request to sign in does not exist.',
    next: 'Go back to the sign-in page and start again.',
  },
  'prompt-answered': {
    what: 'A card was read for this sign-in already.',
    next: 'Go back to the sign-in page and start again.',
  },
  'prompt-expired': {
    what: 'The time for this sign-in is over.',
    next: 'Go back to the sign-in page and start again.',
  },
  'invitation-unknown': {
    what: 'The invitation code is not right.',
    next: 'Check the code and enter it again.',
  },
  'invitation-used': { what: 'This invitation code was used already.', next: freshInvitation },
  'invitation-expired': { what: 'This invitation code has expired.', next: freshInvitation },
  'person-not-active': {
    what: 'The access of the person to be registered is suspended.',
    next: askAdministrator,
  },
  'registration-unknown': {
    what: 'This registration does not exist.',
    next: 'Start again with the invitation code.',
  },
  'registration-of-another-reader': {
    what: 'This registration was begun at another reader.',
    next: 'Go on at that reader, or start again with the invitation code.',
  },
  'registration-expired': {
    what: 'The time for this registration is over.',
    next: 'Start again with the invitation code.',
  },
  'registration-already-proved': {
    what: 'This registration was handed in already.',
    next: 'Wait until it is approved.',
  },
  'nonce-mismatch': {
    what: 'The signature does not belong to this registration.',
    next: 'Start again with the invitation code.',
  },
  'signature-required': {
    what: 'A registration needs the card’s signature, unlocked by the PIN.',
    next: 'Put the card on the reader and enter the PIN.',
  },
  'card-revoked': {
    what: 'The certificate on this card is revoked.',
    next: 'Have it checked at your municipality’s counter.',
  },
  'card-on-hold': {
    what: 'The certificate on this card is put on hold by its issuer.',
    next: 'Have it checked at your municipality’s counter.',
  },
  'card-unknown-to-issuer': {
    what: 'The card’s issuer does not know this certificate.',
    next: 'Have it checked at your municipality’s counter.',
  },
  'card-already-registered': { what: 'This card is registered already.', next: askAdministrator },
  'card-already-pending': {
    what: 'The registration of this card was handed in already.',
    next: `Wait until it is approved. If it was not you, ${askThem}`,
  },
  'enrolment-code': {
    what: 'The reader’s enrolment code is not right, or it has expired.',
    next: 'Ask an administrator for a new enrolment code (kazasu reader code).',
  },
  'public-key': {
    what: 'The reader’s public key is not one on P-256.',
    next: 'Update the card reader program.',
  },
};

/** Why a card's certificate is refused. */
export const certificateReasonsEn: Reasons['certificate'] = {
  malformed: 'The certificate cannot be read.',
  'trailing-bytes': 'The certificate cannot be read.',
  'serial-number-invalid': 'The certificate’s number is not valid.',
  'no-anchor': 'No certification authority is configured on this server.',
  'test-authority': 'Certificates of a test authority are not accepted.',
  'issuer-unknown': 'The certificate’s authority is not known here.',
  'signature-invalid': 'The authority’s signature does not verify.',
  'algorithm-not-in-profile': 'The certificate’s signature algorithm is not accepted.',
  'key-not-in-profile': 'The certificate’s key is not accepted.',
  'key-usage': 'It is not a user-authentication certificate.',
  'extended-key-usage': 'It is not a user-authentication certificate.',
  'certificate-policy': 'It is not a user-authentication certificate.',
  'unknown-critical-extension': 'The certificate has an extension that is not supported.',
  'ca-certificate': 'An authority’s own certificate is not accepted.',
  'not-yet-valid': 'The certificate is not valid yet.',
  expired: 'The certificate has expired.',
  'issuer-expired': 'The authority’s certificate has expired.',
  'validity-too-long': 'The certificate’s validity is longer than allowed.',
};
