import type { PasskeyTexts } from './passkey-texts.ts';

const day = (when: Date) =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'Asia/Tokyo' }).format(when);
const askForCode = 'Ask your approver for a new code.';
const again = 'Start again.';

export const passkeysEn: PasskeyTexts = {
  title: 'Your passkeys',
  lead: 'With a passkey you sign in by fingerprint, face, screen lock or security key. Unlike a card it cannot be lent.',
  none: 'You have no passkey yet.',
  deviceBound: 'Stays on one device',
  synced: 'Copied between your devices by their maker',
  added: (when) => `Added on ${day(when)}`,
  lastUsed: (when) => `last used on ${day(when)}`,
  neverUsed: 'not used yet',
  name: 'Name',
  rename: 'Save the name',
  renameOf: (name) => `Save the name of “${name}”`,
  remove: 'Remove',
  removeOf: (name) => `Remove “${name}”`,
  removeHint: 'It signs you in no more, and what was signed in with it is signed out.',
  add: 'Add a passkey',
  addHint: 'You first show your card with its PIN, or a passkey that you have, unless you just did.',
  addTitle: 'Add a passkey',
  addLead:
    'Use the device or security key with which you will sign in. It asks for your fingerprint, face or PIN.',
  nameHint: 'So that you know it again, for example “office laptop”.',
  make: 'Make the passkey',
  first: {
    title: 'Your first passkey, with a code',
    lead: 'For those who got a code from their approver. With card and PIN no code is needed.',
    uid: 'User ID',
    uidHint: 'The name with which you sign in at work.',
    code: 'Code',
    codeHint: '10 letters and digits, good for 30 minutes. Capitals and hyphens do not matter.',
    doneTitle: 'The passkey is added',
    done: 'From now on you can sign in with it wherever “Use a passkey” is offered.',
    toPasskeys: 'See your passkeys',
  },
  signIn: {
    title: 'Sign in with a passkey',
    heading: (clientName) => `Sign in to ${clientName} with a passkey`,
    lead: 'Your browser asks for your fingerprint, face, screen lock or security key.',
    use: 'Use a passkey',
    otherWay: 'Choose another way to sign in',
  },
  needsScript: 'Passkeys need JavaScript. Switch it on for this site, or choose another way.',
  working: 'Follow what your browser or device shows…',
  trouble: {
    cancelled: {
      what: 'Nothing was confirmed.',
      next: 'It was cancelled, took too long, or there is no passkey for this site on this device. Try again, or choose another way.',
    },
    'not-supported': {
      what: 'This browser cannot use passkeys here.',
      next: 'Use a newer browser, or choose another way.',
    },
    'known-here': {
      what: 'This device or security key holds a passkey of yours already.',
      next: 'Use the one you have, or another device.',
    },
    unreachable: { what: 'The service could not be reached.', next: 'Check the connection and try again.' },
  },
  denial: {
    'passkey-unknown': {
      what: 'This passkey is not registered here, or was removed.',
      next: 'Choose another passkey or another way to sign in.',
    },
    'passkey-invalid': {
      what: 'The passkey’s answer was not right.',
      next: 'Try again. If it fails again, sign in another way and tell your administrator.',
    },
    'passkey-challenge-unknown': { what: 'It took too long, or was answered twice.', next: 'Try again.' },
    'passkey-copied': {
      what: 'This passkey seems to have been copied, so it was refused.',
      next: 'Tell your administrator, remove this passkey and make a new one.',
    },
  },
  refusal: {
    'person-not-active': {
      what: 'Nothing can be added for you at this time.',
      next: 'Ask your administrator.',
    },
    'proof-too-old': {
      what: 'More than 5 minutes have passed since you showed your card or passkey.',
      next: again,
    },
    'code-wrong': {
      what: 'User ID and code do not fit together, or the code was used or has expired.',
      next: `Check both. ${askForCode}`,
    },
    'not-the-first': {
      what: 'You have a passkey already; a code is for the first one.',
      next: 'Sign in with it to add another.',
    },
    'too-many-passkeys': { what: 'You have 20 passkeys.', next: 'Remove one that you do not use.' },
    'challenge-unknown': { what: 'It took too long, or was answered twice.', next: again },
    'passkey-invalid': {
      what: 'The answer of this device was not right.',
      next: 'It must confirm that it is you, by fingerprint, face or PIN. Try again or use another device.',
    },
    'passkey-known': { what: 'This passkey is registered already.', next: 'Use another device or key.' },
  },
  tooManyAnswers: {
    what: 'This passkey gave too many wrong answers.',
    next: 'Wait a while, or sign in another way.',
  },
  tooManyGuesses: {
    what: 'There were too many wrong codes.',
    next: `Wait half an hour, then try again. ${askForCode}`,
  },
};
