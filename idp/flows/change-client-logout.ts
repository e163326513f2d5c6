import { InvalidInput } from '../domain/fault.ts';
import type { Actor } from '../domain/registration.ts';
import type { OidcClient } from '../ports/clients.ts';
import type { FlowContext } from './context.ts';
import { requireClient } from './manage-clients.ts';
import { requireBackchannelLogoutUri } from './oidc-addresses.ts';
import { requireSettings } from './oidc-settings-choices.ts';

/** What is named is replaced; an empty list or `none` takes it away. */
export interface LogoutChanges {
  readonly postLogoutRedirectUris?: readonly string[];
  readonly backchannelLogout?: OidcClient['backchannelLogout'] | 'none';
}

/**
 * Changes where a client is told of the end of sessions, and where browsers may go on after it; it holds at once.
 * @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`, `ERR_CLIENT_PROTOCOL`, `ERR_REDIRECT_URI`, `ERR_BACKCHANNEL_LOGOUT_URI`.
 */
export async function changeClientLogout(
  context: Pick<FlowContext, 'record' | 'clock' | 'clients'>,
  request: { readonly client: string; readonly changes: LogoutChanges; readonly actor: Actor },
): Promise<OidcClient> {
  const { clientId } = requireClient(context, request.client).policy;
  const changed = await context.record.change(async (tables) => {
    const client = await tables.clients.find(clientId);
    if (client?.protocol !== 'oidc') {
      throw new InvalidInput('ERR_CLIENT_PROTOCOL', `"${request.client}" is no OpenID Connect client.`);
    }
    if (Object.keys(request.changes).length === 0) return client;
    const after = changedBy(client, request.changes);
    requireSettings(after);
    if (after.backchannelLogout !== undefined) requireBackchannelLogoutUri(after.backchannelLogout.uri);
    await tables.clients.replaceSettings(after);
    await tables.audit.append({
      at: context.clock.now(),
      type: 'client.logout-changed',
      actor: request.actor,
      subject: clientId,
      details: {
        postLogoutRedirectUris: after.settings.postLogoutRedirectUris.join(' '),
        backchannelLogoutUri: after.backchannelLogout?.uri ?? '',
      },
    });
    return after;
  });
  await context.clients.reload(context.record);
  return changed;
}

function changedBy(
  { backchannelLogout: before, ...client }: OidcClient,
  { postLogoutRedirectUris, backchannelLogout }: LogoutChanges,
): OidcClient {
  const told = backchannelLogout ?? before;
  return {
    ...client,
    settings: {
      ...client.settings,
      ...(postLogoutRedirectUris === undefined ? {} : { postLogoutRedirectUris }),
    },
    ...(told === undefined || told === 'none' ? {} : { backchannelLogout: told }),
  };
}
