import { approvalEn } from './approval-en.ts';
import type { Reasons } from './catalogue.ts';
import { codeReasonsEn, passwordReasonsEn, signInReasonsEn } from './sign-in-forms-en.ts';
import { stationRefusalsEn } from './station-en.ts';

const askAdministrator = 'Contact an administrator.';
const askThem = 'contact an administrator.';
const usePin = 'Sign in with card and PIN.';
const holdAgain = 'Hold the card on the reader again.';
const register = 'Ask an administrator for an invitation code and register the card.';
const startAgain = 'Go back to the system you want to use and sign in again.';
const freshInvitation = 'Ask an administrator for a new invitation code.';
const readerAdministrator = 'Contact the administrator of this reader.';

const denial: Reasons['denial'] = {
  'client-disabled': { what: 'Sign-in to this system is switched off.', next: askAdministrator },
  'unknown-card': {
    what: 'This card is not registered.',
    next: `${register} A renewed or re-issued card has to be registered, too.`,
  },
  'issuer-mismatch': {
    what: 'The card’s certificate comes from another issuer than the registered one.',
    next: `If your card was renewed or re-issued, register the new card. Otherwise, ${askThem}`,
  },
  'ambiguous-card': {
    what: 'The number alone does not tell which card this is.',
    next: `${usePin} If that is not possible, ${askThem}`,
  },
  'card-suspended': { what: 'This card is suspended.', next: askAdministrator },
  'card-revoked': {
    what: 'The certificate on this card is revoked.',
    next: 'Have it checked at your municipality’s counter. After renewal the card has to be registered again.',
  },
  'card-retired': {
    what: 'This card is no longer in use.',
    next: 'If you have a newer card, hold that one on the reader.',
  },
  'card-not-yet-valid': {
    what: 'This card is not valid yet.',
    next: `Try again when its validity has begun. If you need it now, ${askThem}`,
  },
  'card-expired': {
    what: 'This card has expired.',
    next: 'Certificates are renewed at your municipality’s counter. After renewal the card has to be registered again.',
  },
  'person-suspended': { what: 'Your access is suspended.', next: askAdministrator },
  'person-left': { what: 'Your access has ended.', next: askAdministrator },
  'organization-not-served': {
    what: 'This system does not serve your organisation.',
    next: 'If you need it, contact the administrator of the system.',
  },
  'group-required': {
    what: 'You have no permission to use this system.',
    next: 'If you need it, apply to the administrator of the system through your department.',
  },
  'outside-hours': {
    what: 'This service is not open at this time of this day.',
    next: 'Hold the card again within its hours. An administrator knows them.',
  },
  'tap-missing': { what: 'No card was seen at a reader.', next: holdAgain },
  'reader-disabled': {
    what: 'This card reader is switched off.',
    next: `Use another reader, or ${askThem}`,
  },
  'reader-not-for-client': {
    what: 'This card reader does not serve sign-in without PIN to this system.',
    next: `${usePin} If that is not possible, ${askThem}`,
  },
  'tap-void': { what: 'This reading was declared void by an administrator.', next: askAdministrator },
  'tap-used': { what: 'This reading was used already.', next: holdAgain },
  'tap-stale': { what: 'Too much time has passed since the card was read.', next: holdAgain },
  'tap-from-the-future': {
    what: 'The clock of the computer with the card reader is ahead.',
    next: `Set its clock and try again, or ${askThem}`,
  },
  'tap-before-request': {
    what: 'The card was read before this sign-in began.',
    next: holdAgain,
  },
  'organization-not-verifier': {
    what: 'Your organisation is not notified for using My Number Cards without PIN.',
    next: usePin,
  },
  'never-proved-by-signature': { what: 'This card was never confirmed with its PIN.', next: usePin },
  'revocation-unknown': {
    what: 'Whether the card’s certificate is still good cannot be found out at the moment.',
    next: `${usePin} If that is not possible, try again a little later. If it goes on, ${askThem}`,
  },
  'certificate-unknown-to-issuer': {
    what: 'The issuer of the card’s certificate does not know it.',
    next: `Have the certificate looked at where the card was issued, and ${askThem}`,
  },
  'assurance-not-accepted': {
    what: 'This system does not accept this way of signing in.',
    next: usePin,
  },
};

const bridge: Reasons['bridge'] = {
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

const returned: Reasons['returned'] = {
  'return-code-unknown': { what: 'There is no sign-in to go on with here.', next: startAgain },
  'return-code-used': { what: 'This sign-in was completed or refused already.', next: startAgain },
  'return-code-expired': { what: 'The time for this sign-in is over.', next: startAgain },
  'return-code-of-another-browser': {
    what: 'This sign-in was not started in this browser.',
    next: `${startAgain} If you did not start one yourself, close this page and do nothing.`,
  },
  'reader-unknown': {
    what: 'The reader that read the card is not registered any more.',
    next: askAdministrator,
  },
};

const setup: Reasons['setup'] = {
  'setup-token-wrong': {
    what: 'This link is not right.',
    next: 'Open the link in the server’s data directory, complete to its last character.',
  },
  'setup-token-expired': {
    what: 'This link has expired (15 minutes).',
    next: 'Start the server again: it makes a new link.',
  },
  'setup-done': {
    what: 'The first administrator exists already.',
    next: 'Further administrators are made by that administrator.',
  },
};

const trouble: Reasons['trouble'] = {
  'application-unknown': {
    what: 'This system is not registered, or it is switched off.',
    next: 'Contact the administrator of the system you want to use.',
  },
  'redirect-unknown': {
    what: 'The address to return to is not the one registered for this system.',
    next: 'Contact the administrator of the system you want to use.',
  },
  'sign-in-expired': { what: 'This sign-in is finished, or its time is over.', next: startAgain },
  'request-invalid': {
    what: 'The request that came from the system has an error.',
    next: 'Tell the administrator of that system what is written below.',
  },
  'sign-in-not-possible': {
    what: 'It was not possible to sign in the way the system demands.',
    next: startAgain,
  },
  'not-found': { what: 'There is no such page.', next: startAgain },
  'method-not-allowed': { what: 'This cannot be done here.', next: startAgain },
  'too-large': { what: 'What was sent is too large.', next: 'Make it smaller and send it again.' },
  'content-type': {
    what: 'What was sent has the wrong Content-Type.',
    next: 'Update the card reader program.',
  },
  malformed: { what: 'What was sent could not be read.', next: 'Check it and send it again.' },
  'wrong-host': {
    what: 'This service is not reached at this address.',
    next: 'Open the address that your administrator gave you.',
  },
  'cross-site': {
    what: 'What another site sends is not taken.',
    next: 'Do it again from a page of this service.',
  },
  'too-many-attempts': {
    what: 'There were too many wrong attempts, so nothing is taken for a while.',
    next: 'Wait a few minutes and try again.',
  },
  'temporarily-unavailable': {
    what: 'This cannot be checked at the moment. Whether you can sign in is not decided yet.',
    next: `Wait a little and try again. If it goes on, ${askThem}`,
  },
  'internal-error': {
    what: 'Something unexpected went wrong.',
    next: 'Try again. If it goes on, tell the number below to an administrator.',
  },
};

const certificate: Reasons['certificate'] = {
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

export const reasonsEn: Reasons = {
  ...{ denial, bridge, returned, setup, trouble, certificate },
  approval: approvalEn,
  station: stationRefusalsEn,
  password: passwordReasonsEn,
  code: codeReasonsEn,
  signIn: signInReasonsEn,
};
