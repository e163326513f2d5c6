import { approvalEn } from './approval-en.ts';
import type { Reasons } from './catalogue.ts';
import { askAdministrator, askThem, holdAgain, register, startAgain, usePin } from './next-steps-en.ts';
import { bridgeReasonsEn, certificateReasonsEn } from './reader-reasons-en.ts';
import { codeReasonsEn, passwordReasonsEn, signInReasonsEn } from './sign-in-forms-en.ts';
import { stationRefusalsEn } from './station-en.ts';

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

export const reasonsEn: Reasons = {
  ...{ denial, returned, setup, trouble },
  bridge: bridgeReasonsEn,
  certificate: certificateReasonsEn,
  approval: approvalEn,
  station: stationRefusalsEn,
  password: passwordReasonsEn,
  code: codeReasonsEn,
  signIn: signInReasonsEn,
};
