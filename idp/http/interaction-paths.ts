import { interactionPath } from '../oidc/provider.ts';

/** Where a bridge sends the browser on, with `?code=`; fixed at enrolment. */
export const returnPath = '/interaction/return';

/** Opens a prompt and leads to the bridge. */
export function presentPath(uid: string, demand: 'tap' | 'pin'): string {
  return `${interactionPath(uid)}/present?demand=${demand}`;
}

/** The form for the directory password. */
export function passwordPath(uid: string): string {
  return `${interactionPath(uid)}/password`;
}

/** The page of a station that waits for a card, or shows the name that one brought. */
export function stationPath(uid: string): string {
  return `${interactionPath(uid)}/station`;
}

/** Shows why nobody was signed in at a station. */
export function stationRefusedPath(uid: string, reason: string): string {
  return `${stationPath(uid)}/refused?reason=${reason}`;
}

/** Has the browser ask for a passkey. */
export function passkeyPath(uid: string): string {
  return `${interactionPath(uid)}/passkey`;
}

/** Begins anew for somebody else than who is signed in. */
export function switchPath(uid: string): string {
  return `${interactionPath(uid)}/switch`;
}

/** Goes on as who is signed in. */
export function continuePath(uid: string): string {
  return `${interactionPath(uid)}/continue`;
}

/** Takes what the person decided about what the client asks for. */
export function consentPath(uid: string): string {
  return `${interactionPath(uid)}/consent`;
}

/** The form for an approver's code. */
export function codePath(uid: string): string {
  return `${interactionPath(uid)}/code`;
}

/** Leads back to the client with `access_denied`. */
export function cancelPath(uid: string): string {
  return `${interactionPath(uid)}/cancel`;
}

/** Shows why a sign-in was refused. */
export function refusedPath(uid: string, reason: string): string {
  return `${interactionPath(uid)}/refused?reason=${reason}`;
}
