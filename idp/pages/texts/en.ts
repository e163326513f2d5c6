import type { Texts } from './catalogue.ts';
import { consentEn } from './consent-en.ts';
import { deviceEn } from './device-en.ts';
import { passkeysEn } from './passkeys-en.ts';
import { reasonsEn } from './reasons-en.ts';
import { sessionsEn } from './sessions-en.ts';
import { secretEn } from './sign-in-forms-en.ts';
import { stationEn } from './station-en.ts';

export const en: Texts = {
  locale: 'en',
  productName: 'Kazasu',
  productKind: 'Staff sign-in',
  skipToMain: 'Skip to main content',
  demoBanner:
    'This is a demonstration with a test authority. The cards are software; no real My Number Card is used.',
  otherLanguage: { locale: 'ja', name: '日本語' },
  languageLabel: 'Language',
  reference: 'Number to tell an administrator',
  reasonCode: 'What it was',
  toFrontPage: 'To the front page',
  home: {
    title: 'Sign in with your card',
    lead: 'This service signs staff in to business systems with a card they already have, such as the My Number Card.',
    forStaff: 'For staff',
    forStaffText: [
      'Start from the system you want to use.',
      'If your card is not registered yet, ask an administrator for an invitation code.',
    ],
    forIntegrators: 'For integrators',
    issuer: 'Issuer',
    discovery: 'OpenID Connect Discovery document',
  },
  signIn: {
    title: 'Sign in',
    heading: (clientName) => `Sign in to ${clientName}`,
    lead: {
      tap: 'Hold your registered card on this computer’s card reader.',
      pin: 'Put your registered My Number Card on this computer’s card reader and enter its PIN.',
      both: 'This uses the card reader of this computer. Choose how to sign in.',
      choose: 'Choose how to sign in.',
      none: 'This system cannot be signed in to from here. Ask its administrator.',
    },
    ways: {
      tap: { label: 'Hold the card', hint: 'No PIN is needed.' },
      pin: {
        label: 'Use card and PIN',
        hint: 'The 4-digit PIN of your user-authentication certificate. It is never sent to this service.',
      },
      passkey: {
        label: 'Use a passkey',
        hint: 'By fingerprint, face or the screen lock of your device, or with your security key.',
      },
      password: {
        label: 'Enter the password',
        hint: 'The password with which you sign in to your workplace computer.',
      },
      temporary: {
        label: 'Use a one-time code',
        hint: 'For a forgotten card: a code from your approver, valid today.',
      },
    },
    soFar: {
      'one-more': (name) => `${name}: one more step is needed for this system.`,
      again: (name) => `${name}: this system asks you to sign in again.`,
    },
    chooser: 'Somebody is signed in in this browser. Go on so, or sign in as another person below.',
    continueAs: (name) => `Go on as ${name}`,
    notMe: (name) => `I am not ${name}`,
    switchPerson: 'Sign in as another person',
    cancel: (clientName) => `Cancel and go back to ${clientName}`,
    helpTitle: 'If it does not work',
    help: [
      'If the browser says that the connection was refused, the card reader program is not running on this computer. Tell an administrator.',
      'If the card is not read, take it away, put it back on the middle of the reader, and hold it still until it is done.',
      'If your card was renewed or re-issued, the new card has to be registered.',
    ],
  },
  refused: {
    title: 'You were not signed in',
    whatNext: 'What you can do next',
    retry: 'Try again',
  },
  troubleTitle: 'This could not go on',
  logOut: {
    title: 'Sign out',
    question: 'Do you want to sign out?',
    yes: 'Sign out',
    no: 'Stay signed in',
    doneTitle: 'You are signed out',
    done: 'On a shared computer, close the browser as well.',
  },
  setup: {
    title: 'Make the first administrator',
    lead: 'This makes the first administrator of this service, and an invitation code with which that person registers a card.',
    fields: {
      organization: {
        label: 'Name of the organisation',
        hint: 'For example: City of Mihon',
        error: 'Enter the organisation’s name, up to 200 characters.',
      },
      displayName: {
        label: 'Name of the administrator',
        hint: 'For example: Hanako Mihon',
        error: 'Enter the name, up to 200 characters.',
      },
      uid: {
        label: 'User ID of the administrator',
        hint: 'Letters, digits, “.”, “_” and “-”, up to 64. For example: hanako.mihon',
        error: 'The user ID begins with a letter or digit and has up to 64 letters, digits, “.”, “_” or “-”.',
      },
    },
    submit: 'Make the administrator',
    doneTitle: 'The administrator is made',
    doneLead: (displayName) => `${displayName} is now administrator. Register the card next.`,
    inviteCode: 'Invitation code',
    inviteExpires: (when) =>
      `Good until ${new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Tokyo' }).format(when)} (Japan time)`,
    nextSteps: 'Next steps',
    steps: [
      'On the server, run “npx kazasu reader add NAME --kind workstation”. It gives an enrolment code.',
      'On the computer with the card reader, run “npx kazasu bridge enroll” with this service’s URL and the enrolment code.',
      'On the same computer, run “npx kazasu bridge register --invite CODE”, put the card on the reader and enter its PIN.',
      'On the server, look at the registration with “npx kazasu card list” and approve it with “npx kazasu card approve”.',
    ],
    onlyOnce: 'The invitation code is shown this once only. Write it down now.',
  },
  station: stationEn,
  device: deviceEn,
  consent: consentEn,
  secret: secretEn,
  passkeys: passkeysEn,
  sessions: sessionsEn,
  reasons: reasonsEn,
};
