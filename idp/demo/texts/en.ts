import type { DemoTexts } from './catalogue.ts';

export const en: DemoTexts = {
  locale: 'en',
  title: 'One card: attendance, printing, doors',
  lead: 'Register a card, have it approved, hold it over three readers. Then stop it, and every system refuses it at once.',
  realOrNot:
    'The product and its cryptography are real; only the card and the certification authority are software.',
  places: {
    card: 'Card',
    bridge: 'Reader',
    provider: 'Kazasu',
    authority: 'Authority',
    system: 'System',
  },
  steps: {
    invited: () => 'An administrator makes an invitation code: 128 bits, good once',
    'consent-given': () => 'At the reader: whose card this will be, and what is consented to',
    'card-read': ({ commands, octets }) =>
      `Certificate read without PIN: ${commands} commands, ${octets} bytes`,
    'number-read': ({ commands }) => `The device’s own reader reads the number alone: ${commands} commands`,
    'card-signed': ({ commands }) =>
      `Checks the PIN itself and signs our challenge: ${commands} commands, then power off`,
    'pin-refused-by-card': ({ commands }) =>
      `The card refuses the PIN: ${commands} commands. Nothing left the reader`,
    'certificate-checked': ({ result }) =>
      result === 'verified'
        ? 'Certificate checked: profile, dates, signature of the pinned CA'
        : `Certificate refused: ${result}`,
    'ocsp-asked': ({ status }) => `OCSP asked with a nonce: ${status}`,
    'registration-waits': () =>
      'Signature over registration, person and consent verified; waits for approval',
    'registration-refused': ({ reason }) => `Registration refused: ${reason}`,
    approved: () => 'Everything checked again now; the card is in the record and in the index',
    'kiosk-asks': () => 'Asks for a sign-in: OpenID Connect code flow with PKCE, anew for every punch',
    'led-to-bridge': () => 'Leads the browser to the reader beside it, with a signed challenge',
    'tap-kept': ({ evidence }) => `Tap signed by the reader, checked and kept once (evidence: ${evidence})`,
    'tap-refused': ({ reason }) => `Tap refused: ${reason}`,
    'browser-returns': () => 'The browser comes back: its code and its own cookie must meet here',
    'index-looked-up': ({ cards }) =>
      `One look-up by the card key (an HMAC, never the number): ${cards === 0 ? 'nothing found' : 'found'}`,
    'decided-yes': ({ acr }) =>
      `Decision: granted as ${String(acr).replace('urn:kazasu:acr:', '')}, written to the audit trail`,
    'decided-no': ({ reason }) => `Decision: denied, ${reason}; written to the audit trail`,
    'code-exchanged': () => 'Exchanges the code; checks the ID token’s signature, nonce and times',
    punched: ({ name, acr, amr }) =>
      `${name} punched. acr ${String(acr).replace('urn:kazasu:acr:', '')}, amr ${amr}`,
    'nobody-punched': () => 'Nobody is signed in, nothing is punched',
    'device-bound': () => 'Binds over LDAPS as its device account',
    'card-searched': ({ entries }) =>
      `Searches (serialNumber=•••): ${entries === 1 ? 'one entry' : 'no entry'}`,
    'card-bound': ({ resultCode }) =>
      `Binds as cn=•••,cn=door,ou=cards: ${resultCode === 0 ? 'success (0)' : 'invalid credentials (49)'}`,
    'job-released': ({ title, pages }) => `Prints “${title}”, ${pages} pages`,
    'nothing-released': () => 'Prints nothing; it is told no reason, the audit trail is',
    'door-opened': () => 'Opens',
    'door-shut': () => 'Stays shut',
    'person-suspended': () => 'In record and index, sessions and tokens ended: holds on the next operation',
    'person-restored': () => 'Suspension lifted; the card is what it was',
    'list-published': ({ crlNumber, entries, kilobytes }) =>
      `Signs and publishes list ${crlNumber}: ${entries} entries, ${kilobytes} KB`,
    'list-applied': ({ revoked }) =>
      `Fetched; signature, dates and number verified; read in one pass: ${revoked} newly revoked`,
    'list-refused': ({ reason }) => `List not applied: ${reason}`,
    'card-issued': () => 'The city hall hands out a new card with a new certificate',
    'tap-copied': () => 'Somebody with the reader’s key sends one and the same tap twice',
    'audit-intact': ({ events }) => `Hash chain followed from the first line to the last: ${events} events`,
    'audit-broken': ({ sequence }) => `Hash chain broken at line ${sequence}`,
  },
  acts: {
    register: {
      title: 'Register the card with its PIN',
      done: () => 'Proved by PIN and signature. It waits for approval.',
    },
    approve: { title: 'Approve the registration', done: () => 'The card works from this moment.' },
    'kiosk-tap': {
      title: 'Hold the card at the attendance kiosk',
      done: ({ name }) => `${name} is punched in.`,
    },
    'kiosk-pin': {
      title: 'Card and PIN at the attendance kiosk',
      done: ({ name }) => `${name} is punched in, proved by PIN and signature.`,
    },
    'kiosk-by-hand': {
      title: 'Sign-in at the kiosk, walked by you',
      done: ({ name }) => `${name} is punched.`,
    },
    'wrong-pin': { title: 'A wrong PIN at the kiosk’s reader', done: () => '' },
    print: {
      title: 'Hold the card at the printer',
      done: ({ name, jobs }) => `${jobs} document${jobs === 1 ? '' : 's'} of ${name} printed.`,
    },
    door: { title: 'Hold the card at the door', done: () => 'The door opened.' },
    replay: { title: 'A copied tap, sent again', done: () => '' },
    suspend: { title: 'Suspend the person', done: ({ name }) => `${name} is suspended.` },
    restore: { title: 'Lift the suspension', done: ({ name }) => `${name} may sign in again.` },
    'publish-list': {
      title: 'The day’s revocation list names the card',
      done: () => 'The list is applied: the card is revoked for good.',
    },
    'new-card': { title: 'Get a new card', done: () => 'A new card: it has to be registered, too.' },
    'verify-audit': {
      title: 'Verify the audit trail',
      done: ({ events }) => `${events} events, none missing, none changed.`,
    },
  },
  refused: (explanation) => `Refused: ${explanation}`,
  fault: 'This could not be found out. Try again.',
  reasons: {
    'pin-wrong': 'Wrong PIN. The card counts it; nothing was sent to Kazasu.',
    'reader-busy': 'The kiosk’s reader is in use in another window. Finish or cancel there.',
    'sign-in-failed': 'The sign-in did not come to its end.',
    access_denied: 'The sign-in was cancelled.',
  },
  page: {
    people: 'Who are you?',
    peopleHint: 'Three people of the city of Mihon. Nobody real is meant.',
    states: {
      none: 'no card yet',
      pending: 'waits for approval',
      active: 'card works',
      suspended: 'suspended',
      revoked: 'card revoked',
    },
    cardNext: {
      none: 'Your card is not registered yet. Put it on the reader, read the consent, type the PIN.',
      pending: 'Your proof is in. An approver has to say yes, and it cannot be you.',
      active: 'Your card works. Hold it over any of the three readers.',
      suspended: 'You are suspended: your card is refused everywhere.',
      revoked: 'The issuer revoked the certificate on your card. Nothing lifts that; a new card does.',
    },
    pinShown: (pin) => `PIN of this card: ${pin}`,
    register: 'Register the card with its PIN',
    approve: (approver) => `Approve as ${approver}`,
    systems: 'Three systems, standard protocols only',
    systemsHint: 'None of them knows anything about cards.',
    kiosk: {
      name: 'Attendance kiosk',
      protocol: 'OpenID Connect',
      what: 'A web service at a shared screen asks who punches.',
      hold: 'Hold the card',
      holdWithPin: 'Card and PIN',
      byHand: 'Walk it yourself',
      byHandHint: 'Opens the kiosk in a new tab. Your card is held as soon as the reader asks for it.',
    },
    printer: {
      name: 'Printer',
      protocol: 'LDAP search',
      what: 'A printer with its own reader looks the number up.',
      hold: 'Hold the card',
      held: (count) =>
        count === 0
          ? 'No document waits.'
          : `${count} document${count === 1 ? '' : 's'} of yours wait${count === 1 ? 's' : ''}.`,
    },
    door: {
      name: 'Door',
      protocol: 'LDAP bind',
      what: 'A controller binds with the number, and a fresh tap at this door must stand behind it.',
      hold: 'Hold the card',
    },
    way: 'The way of the tap',
    consent: 'What is consented to',
    wayEmpty: 'Do something, and every step of it is shown here with its milliseconds.',
    legend: {
      card: 'holds a certificate and a key that its PIN unlocks',
      bridge: 'reads the card, signs every tap with a key of its own',
      provider: 'checks, looks up, decides, writes it down',
      authority: 'issued the certificate, answers OCSP, publishes the day’s list',
      system: 'asks who it is, in its own standard protocol',
    },
    wayTotal: 'in all',
    earlier: 'Earlier',
    stop: 'Stop it',
    stopHint: 'Two ways, one effect: refused everywhere on the very next operation.',
    suspend: 'Suspend this person',
    suspendHint: 'An administrator stops the person with all cards. It can be lifted.',
    restore: 'Lift the suspension',
    publish: 'Publish today’s list',
    publishHint: 'The issuer revokes the certificate; Kazasu fetches the day’s revocation list.',
    newCard: 'Get a new card',
    newCardHint: 'A new certificate is a new card: register it again.',
    working: 'Working…',
    under: 'Look behind it',
    underText: 'These are the real endpoints of this demonstration, on this machine only.',
    endpoints: {
      oidc: 'OpenID Connect discovery',
      ldap: 'LDAP façade',
      bridge: 'Reader bridge',
      terminal: 'The same story in a terminal',
    },
  },
  started: {
    title: 'Kazasu demonstration: a test authority, software cards, this machine only.',
    open: 'Open this page',
    end: 'Ctrl-C ends it; nothing of it stays.',
  },
  once: {
    lead: 'Kazasu demonstration: the whole story, with a test authority and software cards.',
    expected: (what) => `expected ${what}`,
    allGood: 'Every step had the expected outcome.',
    someWrong: (count) => `${count} step${count === 1 ? '' : 's'} had another outcome than expected.`,
  },
};
