import type { ConsentTexts } from './catalogue.ts';

export const consentEn: ConsentTexts = {
  title: 'Share your details?',
  heading: (clientName) => `“${clientName}” asks for your details`,
  lead: (clientName, displayName) =>
    `You are signed in as ${displayName}. “${clientName}” is not a system of your organisation. Decide whether it may have the following.`,
  listHeading: 'It would get',
  released: {
    openid: 'an identifier by which it knows you again, and how and when you signed in',
    profile: 'your name and user name',
    email: 'your e-mail address',
    groups: 'the groups that you belong to',
    organization: 'your organisation, department and title',
    employee: 'your employee number',
    offline_access: 'all this also later, while you are not at its pages',
  },
  remembered: 'Your answer is remembered. You are asked again only when it wants more.',
  allow: 'Allow and continue',
  refuse: (clientName) => `Do not allow, and go back to “${clientName}”`,
};
