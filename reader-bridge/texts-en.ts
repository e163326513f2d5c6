import type { BridgeTexts } from './texts.ts';

const again = 'Go back to the system you want to use and sign in again.';

export const en: BridgeTexts = {
  title: 'Hold your card',
  demonstration: 'This is a demonstration with a test authority. No real My Number Card is used.',
  asks: (clientName) =>
    `This signs you in to “${clientName}”. If you did not start this, do not hold your card.`,
  demand: {
    tap: 'Holding the card is enough. No PIN is used.',
    pin: 'The card and the PIN of its user-authentication certificate are used. The PIN does not leave this computer.',
  },
  removeCard: 'A card lies on the reader. Take it away, then hold it again.',
  holdCard: 'Hold the card on the reader and keep it still until this is done.',
  working: 'Working. Keep the card still.',
  enterPin: 'Leave the card on the reader and enter its PIN.',
  pinLabel: (digits) => `PIN for user authentication (${digits} digits)`,
  pinHint: 'The PIN is given to the card only, inside this computer.',
  triesLeft: (count) => `After ${count} more wrong ${count === 1 ? 'PIN' : 'PINs'} it is locked.`,
  lastTry:
    'One try is left. If it is wrong, the PIN is locked: only your municipality’s counter can reset it, and until then it does not work as a health-insurance card login either.',
  acceptLastTry: 'I know that this is the last try.',
  submitPin: 'Send',
  cancel: 'Cancel',
  accepted: 'Accepted.',
  failedTitle: 'You were not signed in',
  troubleTitle: 'This could not go on',
  startAgain: again,
  notes: {
    'hold-longer': 'The card could not be read to the end. Hold it again, and longer.',
    unreadable:
      'This card could not be read. Hold it again; if that does not help, contact an administrator.',
    'storage-card':
      'Cards of this kind cannot be used here. Hold the My Number Card or other card you registered.',
    'other-ic-card':
      'This card has no user-authentication certificate. Hold the My Number Card or other card you registered.',
    'unknown-token':
      'Cards of this kind are not known to this reader. Hold another card you registered, or tell an administrator.',
    'needs-pin':
      'This card shows nothing without its PIN, so holding it is not enough here. Sign in with its PIN where that is offered, or hold another card you registered.',
    'no-pin-card': 'Signing in with a PIN needs a My Number Card.',
    'card-left': 'The card left the reader. Put it back.',
    'pin-form': 'The PIN has exactly the number of digits named below. It was not sent to the card.',
    'reader-unavailable':
      'The card reader cannot be used. Check that it is connected; if that does not help, contact an administrator.',
    'idp-unreachable': 'The sign-in service cannot be reached. Wait a moment, then hold the card again.',
  },
  failures: {
    'pin-wrong': 'The PIN is wrong.',
    'pin-blocked':
      'The PIN is locked. Have the PIN for user authentication reset at your municipality’s counter; nothing you try here can unlock it.',
    'removed-while-signing': `The card left the reader before this was done. ${again}`,
    refused: 'The sign-in service did not accept it.',
    'idp-unreachable': `The sign-in service cannot be reached. Wait a moment, then: ${again}`,
    expired: `The time is over. ${again}`,
    cancelled: `Cancelled. ${again}`,
    internal: `Something went wrong in the card reader program. ${again} If that does not help, contact an administrator.`,
  },
  troubles: {
    busy: 'Another sign-in is under way on this computer. Finish it or close its page, wait a moment, and try again.',
    challenge: `This request does not come from the provider that this reader belongs to, or it is too old. ${again}`,
    'challenge-used': `This request was used before. ${again}`,
    'not-found': `There is no such page. ${again}`,
    'not-navigation': `This page can be opened from a sign-in page only. ${again}`,
    'other-user':
      'This card reader is used by another user of this computer. Start the card reader program as yourself.',
    'bad-form': `What was sent is not right. ${again}`,
    finished: 'This is finished. You can close the page.',
    'idp-unreachable': `The sign-in service cannot be reached. Wait a moment, then: ${again}`,
    internal: `Something went wrong in the card reader program. ${again} If that does not help, contact an administrator.`,
  },
};
