import type { DeviceTexts } from './catalogue.ts';

export const deviceEn: DeviceTexts = {
  code: {
    title: 'Sign in on a device',
    lead: 'Enter the code that the device shows.',
    label: 'Code',
    hint: '8 letters, such as BCDF-GHJK',
    submit: 'Continue',
  },
  problems: {
    'no-code': 'Enter the code.',
    'unknown-code': 'There is no such code. Compare it with what the device shows, and enter it again.',
    'expired-code': 'This code has expired. Have the device show a new one.',
    'used-code': 'This code was used already. Have the device show a new one.',
    aborted: 'The sign-in was cancelled. The device will say that nobody signed in.',
    failed: 'This did not work. Have the device show a new code, and try again.',
  },
  confirm: {
    title: 'Is this the device?',
    heading: (clientName) => `Sign in on a device of “${clientName}”`,
    lead: 'Does the device in front of you show this code?',
    warning:
      'If somebody sent you the code or a link, do not go on: you would sign in on that person’s device as yourself.',
    yes: 'Yes, continue',
    no: 'Cancel',
  },
  done: {
    title: 'Signed in on the device',
    lead: (clientName) => `Go on at the device of “${clientName}”. You can close this page.`,
  },
};
