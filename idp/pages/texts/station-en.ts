import type { Reasons, StationTexts } from './catalogue.ts';

const askThem = 'contact an administrator.';

export const stationEn: StationTexts = {
  pair: {
    title: 'Pair this browser with a card reader',
    lead: 'This makes this browser a station (a kiosk) of one card reader. Enter the code that an administrator gave you.',
    code: 'Pairing code',
    codeHint: 'For example: abcd-efgh-ijkl. Good for 10 minutes.',
    submit: 'Pair',
    doneTitle: 'Paired',
    done: (reader) => `This browser is now the station of the reader “${reader}”. No sign-in is kept here.`,
    keyKept:
      'The key is in this browser alone and cannot be taken out. Clearing the browser’s data ends the pairing.',
    noKeys:
      'This browser cannot make a key. Leave private mode, open this page at its https address, and switch JavaScript on.',
  },
  wait: {
    title: 'Hold your card',
    heading: (clientName) => `Sign in to ${clientName}`,
    lead: 'Hold your registered card on this station’s card reader.',
    opening: 'Getting ready.',
    open: 'Waiting for a card. Hold it within 30 seconds.',
    noScript: 'This page needs JavaScript. Contact an administrator.',
    unreachable: 'The server cannot be reached. Wait here until it can.',
  },
  confirm: {
    title: 'Is this you?',
    question: (name) => `Are you ${name}?`,
    lead: (clientName) =>
      `You are about to sign in to ${clientName}. If this is not your name, do not go on.`,
    yes: 'Yes, go on',
    no: (name) => `I am not ${name}`,
    limit: 'After 30 seconds this starts over.',
  },
  otherWays: 'Sign in another way',
  again: 'Hold the card again',
  registerTitle: 'How to register a card',
  registerSteps: [
    'Get an invitation code from an administrator.',
    'At a computer with a card reader, register the card with the invitation code and the PIN.',
    'Once it is approved, it works at this station, too.',
  ],
};

export const stationRefusalsEn: Reasons['station'] = {
  'pairing-code': {
    what: 'The code is not right, or it has expired.',
    next: 'Check the code, or ask an administrator for a new one (kazasu reader pair).',
  },
  'public-key': { what: 'The browser’s public key was not taken.', next: 'Update the browser.' },
  'not-paired': {
    what: 'This browser is not paired with a card reader.',
    next: `Sign in another way, or ${askThem}`,
  },
  'station-unpaired': {
    what: 'The pairing of this station with its card reader has ended.',
    next: `To pair it again, ${askThem}`,
  },
  'station-signature': {
    what: 'The signature of this station does not verify.',
    next: `Try again. If it goes on, ${askThem}`,
  },
  'challenge-unknown': { what: 'This page is out of date.', next: 'Try again.' },
  'reader-disabled': {
    what: 'The card reader of this station is switched off.',
    next: `Use another station, or ${askThem}`,
  },
  'client-not-at-station': {
    what: 'This station does not sign in to this system with a card.',
    next: `Sign in another way, or ${askThem}`,
  },
  'station-busy': {
    what: 'Two sign-ins were started at this station at the same time. Both were cancelled.',
    next: 'Close the other window, start one sign-in, and hold the card again.',
  },
  'two-cards': {
    what: 'Two cards were held on the reader. The sign-in was cancelled.',
    next: 'Hold your own card alone on the reader.',
  },
  'time-over': { what: 'No card was held in time.', next: 'Start again.' },
  'confirmation-unknown': {
    what: 'The time to confirm is over, or it was confirmed already.',
    next: 'Start again.',
  },
  'unknown-card': {
    what: 'This card is not registered yet.',
    next: 'To register it, ask an administrator for an invitation code. A renewed or re-issued card has to be registered, too.',
  },
  'own-pages-not-here': {
    what: 'Your own pages cannot be used at a shared station.',
    next: 'Open them on your own computer or phone.',
  },
};
