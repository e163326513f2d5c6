import type { PasswordTexts, Reasons } from './catalogue.ts';

export const passwordEn: PasswordTexts = {
  title: 'Enter the password',
  lead: 'The password with which you sign in to your workplace computer.',
  uid: 'User name',
  password: 'Password',
  passwordHint: 'It is checked by your organisation’s directory and kept nowhere here.',
  submit: 'Sign in',
  otherWays: 'Sign in another way',
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
