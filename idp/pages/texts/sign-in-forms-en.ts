import type { Reasons, SecretTexts } from './catalogue.ts';

export const secretEn: SecretTexts = {
  uid: 'User name',
  submit: 'Sign in',
  otherWays: 'Sign in another way',
  password: {
    title: 'Enter the password',
    lead: 'The password with which you sign in to your workplace computer.',
    label: 'Password',
    hint: 'It is checked by your organisation’s directory and kept nowhere here.',
  },
  code: {
    title: 'Enter the one-time code',
    lead: 'For a forgotten card: the code that an approver gave you today.',
    label: 'One-time code',
    hint: 'For example: abcd-efgh-ijkl. Good once, and today only.',
  },
};

export const signInReasonsEn: Reasons['signIn'] = {
  'another-person': {
    what: 'This sign-in was begun by somebody else: two people cannot sign in together.',
    next: 'Whoever began it goes on, or you begin anew as yourself.',
  },
  'another-person-signed-in': {
    what: 'Somebody else is signed in in this browser.',
    next: 'Whoever is signed in goes on, or you sign in as yourself: the other person is then signed out.',
  },
  'not-the-person-asked-for': {
    what: 'The system you came from asked for somebody else.',
    next: 'Go back to it and begin there as yourself, or sign in as yourself from here.',
  },
};

export const passwordReasonsEn: Reasons['password'] = {
  'password-wrong': {
    what: 'The user name or the password is not right.',
    next: 'Check both and try again. If you forgot the password, ask whoever runs your organisation’s directory.',
  },
  'too-many-tries': {
    what: 'There were too many wrong tries.',
    next: 'Wait half an hour, or sign in with your card.',
  },
};

export const codeReasonsEn: Reasons['code'] = {
  'code-wrong': {
    what: 'The user name or the code is not right, or the code is no longer good.',
    next: 'Check both and try again. A code is good once, and on its day only: ask an approver for a new one.',
  },
  'too-many-tries': {
    what: 'There were too many wrong tries.',
    next: 'Wait half an hour, or sign in another way.',
  },
};
