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
