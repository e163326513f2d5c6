import { isDeepStrictEqual } from 'node:util';
import { InvalidInput } from '../domain/fault.ts';
import type { OidcSettings } from '../domain/oidc-settings.ts';
import type { Actor } from '../domain/registration.ts';
import type { OidcClient } from '../ports/clients.ts';
import type { FlowContext } from './context.ts';
import { needSigningKey } from './keep-signing-keys.ts';
import { requireClient } from './manage-clients.ts';
import { hasSecret, requireSettings, type SettingsChoices, settingsWith } from './oidc-settings-choices.ts';

type Context = Parameters<typeof needSigningKey>[0] &
  Pick<FlowContext, 'record' | 'clock' | 'clients' | 'secrets' | 'clientSecrets'>;

/**
 * Changes how a client shows itself and what it is given; it holds from its next request on.
 * @returns the client as it is now, with a new secret where it had none and needs one; nothing is noted when it was so before.
 * @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`, `ERR_CLIENT_PROTOCOL`, `ERR_REDIRECT_URI`, `ERR_CLIENT_SETTINGS`, `ERR_JWKS`.
 */
export async function changeClientSettings(
  context: Context,
  request: {
    readonly client: string;
    readonly choices: SettingsChoices;
    /** In place of those before. */
    readonly redirectUris?: readonly string[];
    readonly actor: Actor;
  },
): Promise<{ readonly client: OidcClient; readonly clientSecret?: string }> {
  const { actor, choices } = request;
  const { clientId } = requireOidcClient(context, request.client).policy;
  if (choices.idTokenAlg !== undefined) await needSigningKey(context, choices.idTokenAlg, actor);
  const changed = await context.record.change(async (tables) => {
    const before = await tables.clients.find(clientId);
    if (before?.protocol !== 'oidc')
      throw new InvalidInput('ERR_CLIENT_UNKNOWN', `No client "${request.client}".`);
    const settings = settingsWith(before.settings, choices);
    const after: OidcClient = {
      ...before,
      settings,
      redirectUris: request.redirectUris ?? before.redirectUris,
    };
    const names = changedNames(before, after);
    if (names.length === 0) return { client: before };
    requireSettings(after);
    const secret = await secretOf(context, after, (sealed) => tables.clients.replaceSecret(clientId, sealed));
    await tables.clients.replaceSettings(after);
    await tables.audit.append({
      ...{ at: context.clock.now(), type: 'client.settings-changed', actor, subject: clientId },
      details: { changed: names.join(' ') },
    });
    return { client: after, ...(secret === undefined ? {} : { clientSecret: secret }) };
  });
  await context.clients.reload(context.record);
  return changed;
}

/** A client that shows itself by a key from now on has no secret any more; one that is to have one gets a new one. */
async function secretOf(
  { secrets, clientSecrets }: Context,
  { settings, sealedSecret, policy }: OidcClient,
  replace: (sealed: string) => Promise<boolean>,
): Promise<string | undefined> {
  if (!hasSecret(settings)) {
    if (sealedSecret !== undefined) await replace('');
    return undefined;
  }
  if (sealedSecret !== undefined) return undefined;
  const secret = secrets.random(256);
  await replace(clientSecrets.seal(secret, policy.clientId));
  return secret;
}

/** @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`, `ERR_CLIENT_PROTOCOL` */
export function requireOidcClient(context: Pick<FlowContext, 'clients'>, idOrName: string): OidcClient {
  const client = requireClient(context, idOrName);
  if (client.protocol === 'oidc') return client;
  throw new InvalidInput(
    'ERR_CLIENT_PROTOCOL',
    `${client.name} is a device account, no OpenID Connect client.`,
  );
}

function changedNames(before: OidcClient, after: OidcClient): readonly string[] {
  const [old, now] = [before, after].map(({ settings, redirectUris }) => ({ ...settings, redirectUris }));
  if (old === undefined || now === undefined) return [];
  const names = Object.keys({ ...old, ...now }) as (keyof OidcSettings | 'redirectUris')[];
  return names.filter((name) => !isDeepStrictEqual(old[name], now[name])).sort();
}
