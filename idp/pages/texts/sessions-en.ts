import type { SessionTexts } from './session-texts.ts';

const moment = (when: Date) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Tokyo' }).format(
    when,
  );

export const sessionsEn: SessionTexts = {
  title: 'Where you are signed in',
  lead: 'These are your sign-ins at this moment. If there is one that you do not know, end it and tell an administrator.',
  thisBrowser: 'This browser',
  withoutBrowser: 'Without a browser',
  session: (signedInAt) => `Sign-in of ${moment(signedInAt)}`,
  systems: 'Systems',
  noSystem: 'No system was opened yet',
  factor: 'Signed in by',
  since: 'Since',
  lastUse: 'Last use',
  moment,
  factors: {
    idm: 'IC card (FeliCa)',
    serial: 'card (its number alone)',
    certificate: 'My Number Card without PIN',
    'certificate-in-window': 'My Number Card, its PIN entered a while before',
    'card-pin': 'My Number Card and PIN',
    passkey: 'passkey',
    password: 'password',
    temporary: 'temporary card or code',
  },
  unknownFactor: 'not recorded',
  end: 'End it',
  endHere: 'Sign out in this browser',
  endOthers: 'End all others',
  endOthersHint: 'Every sign-in but the one in this browser ends, in every system.',
  noOthers: 'You are signed in nowhere else.',
};
