import { InvalidInput } from '../domain/fault.ts';
import type { StationConfirm } from '../domain/oidc-settings.ts';
import type { Actor } from '../domain/registration.ts';
import type { OidcClient } from '../ports/clients.ts';
import type { FlowContext } from './context.ts';
import { requireClient } from './manage-clients.ts';

/**
 * Says whether stations ask for the name at this client's sign-ins; it holds from the next tap on.
 * @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`, `ERR_CLIENT_PROTOCOL`.
 */
export async function changeStationConfirm(
  context: Pick<FlowContext, 'record' | 'clock' | 'clients'>,
  request: { readonly client: string; readonly confirm: StationConfirm; readonly actor: Actor },
): Promise<OidcClient> {
  const { clientId } = requireClient(context, request.client).policy;
  const { confirm: stationConfirm, actor } = request;
  const changed = await context.record.change(async (tables) => {
    const client = await tables.clients.find(clientId);
    if (client?.protocol !== 'oidc') {
      throw new InvalidInput(
        'ERR_CLIENT_PROTOCOL',
        `"${request.client}" is no OpenID Connect client: a station signs in to those.`,
      );
    }
    const settings = { ...client.settings, stationConfirm };
    if (client.settings.stationConfirm === stationConfirm) return client;
    await tables.clients.replaceSettings({ ...client, settings });
    const at = context.clock.now();
    const details = { stationConfirm };
    await tables.audit.append({ at, type: 'client.policy-changed', actor, subject: clientId, details });
    return { ...client, settings };
  });
  await context.clients.reload(context.record);
  return changed;
}
