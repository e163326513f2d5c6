import type { FlowContext } from '../flows/context.ts';
import { LogoutDeliveries } from '../flows/deliver-logouts.ts';
import { SessionEnds } from '../flows/end-sessions.ts';
import { openClientSecret } from '../flows/manage-clients.ts';
import { tellOfUndelivered } from '../flows/tell-of-undelivered.ts';
import { createLoginSessions } from './login-sessions.ts';
import { createLogoutNotifier } from './logout-notifier.ts';

type Parts = Pick<
  FlowContext,
  | 'issuer'
  | 'clock'
  | 'record'
  | 'taps'
  | 'log'
  | 'oidcState'
  | 'clients'
  | 'clientSecrets'
  | 'secrets'
  | 'signingKeys'
  | 'subjects'
>;

/**
 * What ends sessions and tells clients; apart from the provider that serves people, because the command line does both
 * where no server runs.
 */
export function createSessionEnds(parts: Parts): SessionEnds {
  const notifier = createLogoutNotifier({
    ...parts,
    openClientSecret: (client) => openClientSecret(parts, client),
  });
  return new SessionEnds({
    ...parts,
    sessions: createLoginSessions(parts.oidcState),
    logouts: new LogoutDeliveries({
      ...parts,
      notifier,
      onGivenUp: (tables, given) => tellOfUndelivered(parts, tables, given),
    }),
  });
}
