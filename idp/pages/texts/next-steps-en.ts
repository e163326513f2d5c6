// What many a reason says to do next.
export const askAdministrator = 'Contact an administrator.';
export const askThem = 'contact an administrator.';
export const usePin = 'Sign in with card and PIN.';
export const holdAgain = 'Hold the card on the reader again.';
export const register = 'Ask an administrator for an invitation code and register the card.';
export const startAgain = 'Go back to the system you want to use and sign in again.';
export const freshInvitation = 'Ask an administrator for a new invitation code.';
export const readerAdministrator = 'Contact the administrator of this reader.';
