import { type Acr, acrNames, toAcr } from '../domain/assurance.ts';
import type { DeviceChoices } from '../domain/device-choices.ts';
import { deviceProfileOf } from '../domain/device-presets.ts';
import type { DevicePreset } from '../domain/device-profile.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { ClientId } from '../domain/login-policy.ts';
import { type ClientPreset, presetSettings } from '../domain/oidc-settings.ts';
import type { Actor } from '../domain/registration.ts';
import type { BackchannelLogout, Client, LdapClient, OidcClient } from '../ports/clients.ts';
import type { RevocationPolicy } from './change-client-policy.ts';
import { type AskedGrants, withGrants } from './client-grants.ts';
import type { FlowContext } from './context.ts';
import {
  acceptedByDefault,
  type PresenceChoices,
  policyWithPresence,
  profileWithPresence,
} from './device-presence.ts';
import { needSigningKey, type SigningKeyContext } from './keep-signing-keys.ts';
import { addClient, policyOf } from './new-client.ts';
import { requireBackchannelLogoutUri } from './oidc-addresses.ts';
import { hasSecret, requireSettings, type SettingsChoices, settingsWith } from './oidc-settings-choices.ts';
import { requireProfile } from './require-profile.ts';

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets' | 'clients' | 'clientSecrets'>;
type OidcContext = Context & SigningKeyContext;

export interface NewOidcClient extends AskedGrants {
  readonly name: string;
  /** What it starts from; absent: a web application, or a device where it has no redirect URI and needs none. */
  readonly preset?: ClientPreset;
  /** What differs from the preset. */
  readonly settings?: SettingsChoices;
  readonly redirectUris: readonly string[];
  readonly backchannelLogout?: BackchannelLogout;
  /** Empty: PIN and signature only; PIN-less sign-in is off unless listed. */
  readonly acceptedAcr: readonly Acr[];
  readonly requiredGroups: readonly string[];
  readonly pinWindowSeconds: number;
  /** The default where nothing is said. */
  readonly revocation?: Partial<RevocationPolicy>;
  readonly actor: Actor;
}

export interface NewLdapClient {
  readonly name: string;
  readonly preset: DevicePreset;
  /** What differs from the preset. */
  readonly choices: DeviceChoices;
  readonly acceptedAcr: readonly Acr[];
  readonly requiredGroups: readonly string[];
  readonly addresses: readonly string[];
  readonly allowPlaintext: boolean;
  readonly ownReader: boolean;
  readonly presence?: PresenceChoices;
  readonly revocation?: Partial<RevocationPolicy>;
  readonly actor: Actor;
}

/**
 * @returns the secret, shown once and sealed from then on; empty for a client that has none.
 * @throws {InvalidInput} `ERR_CLIENT_NAME`, `ERR_CLIENT_EXISTS`, `ERR_REDIRECT_URI`, `ERR_BACKCHANNEL_LOGOUT_URI`,
 * `ERR_CLIENT_SETTINGS`.
 */
export async function addOidcClient(
  context: OidcContext,
  request: NewOidcClient,
): Promise<{ readonly clientId: ClientId; readonly clientSecret: string }> {
  const { backchannelLogout, redirectUris } = request;
  const usual = redirectUris.length === 0 && request.grants !== undefined ? 'device' : 'web';
  const chosen = settingsWith(presetSettings(request.preset ?? usual), request.settings ?? {});
  const settings = withGrants(chosen, request);
  if (redirectUris.length === 0 && settings.grants.includes('authorization_code')) {
    throw new InvalidInput('ERR_REDIRECT_URI', 'An OpenID Connect client needs a --redirect-uri.');
  }
  requireSettings({ settings, redirectUris });
  if (backchannelLogout !== undefined) requireBackchannelLogoutUri(backchannelLogout.uri);
  const clientSecret = hasSecret(settings) ? context.secrets.random(256) : undefined;
  const policy = policyOf(context, request, 'ours', [toAcr('card-pin')], acrNames.map(toAcr));
  const client: OidcClient = {
    protocol: 'oidc',
    name: request.name,
    policy: { ...policy, pinWindowSeconds: request.pinWindowSeconds },
    addedAt: context.clock.now(),
    redirectUris,
    settings,
    ...(backchannelLogout === undefined ? {} : { backchannelLogout }),
    ...sealed(context, clientSecret, policy.clientId),
  };
  // Before the client: the library takes none whose algorithm has no key.
  await needSigningKey(context, settings.idTokenAlg, request.actor);
  await addClient(context, client, request.actor);
  return { clientId: policy.clientId, clientSecret: clientSecret ?? '' };
}

function sealed(
  { clientSecrets }: Context,
  clientSecret: string | undefined,
  clientId: ClientId,
): Pick<OidcClient, 'sealedSecret'> {
  return clientSecret === undefined ? {} : { sealedSecret: clientSecrets.seal(clientSecret, clientId) };
}

/** @throws {InvalidInput} `ERR_CLIENT_NAME`, `ERR_CLIENT_EXISTS`, `ERR_PLAINTEXT`, `ERR_PROFILE`, `ERR_PERSON_BIND`. */
export async function addLdapClient(
  context: Context,
  request: NewLdapClient,
): Promise<{ readonly clientId: ClientId; readonly secret: string }> {
  if (request.allowPlaintext && request.addresses.length === 0) {
    throw new InvalidInput(
      'ERR_PLAINTEXT',
      '--allow-plaintext needs an --address range: say where the device stands.',
    );
  }
  const reader = request.ownReader ? 'own' : 'ours';
  const { presence = {} } = request;
  const profile = profileWithPresence(deviceProfileOf(request.preset, request.choices), presence, reader);
  requireProfile(profile);
  const policy = policyOf(context, request, reader, acceptedByDefault(reader, profile));
  const secret = context.secrets.random(256);
  const client: LdapClient = {
    protocol: 'ldap',
    name: request.name,
    policy: policyWithPresence(policy, presence),
    addedAt: context.clock.now(),
    profile,
    secretHash: context.secrets.hash(secret),
    certificateSha256s: [],
    addresses: request.addresses,
    allowPlaintext: request.allowPlaintext,
  };
  await addClient(context, client, request.actor);
  return { clientId: client.policy.clientId, secret };
}

/** Gives a client a new secret; the old one ends at once. @throws {InvalidInput} `ERR_CLIENT_UNKNOWN`, `ERR_CLIENT_SECRET` */
export async function rotateClientSecret(
  context: Context,
  { client: idOrName, actor }: { readonly client: string; readonly actor: Actor },
): Promise<{ readonly clientId: ClientId; readonly secret: string }> {
  const client = requireClient(context, idOrName);
  const { clientId } = client.policy;
  if (client.protocol === 'oidc' && !hasSecret(client.settings)) {
    throw new InvalidInput(
      'ERR_CLIENT_SECRET',
      `${client.name} has no secret: it shows itself by ${client.settings.authentication}.`,
    );
  }
  const secret = context.secrets.random(256);
  const kept =
    client.protocol === 'oidc' ? context.clientSecrets.seal(secret, clientId) : context.secrets.hash(secret);
  await context.record.change(async (tables) => {
    await tables.clients.replaceSecret(clientId, kept);
    const at = context.clock.now();
    await tables.audit.append({ at, type: 'client.secret-rotated', actor, subject: clientId });
  });
  await context.clients.reload(context.record);
  return { clientId, secret };
}

/** The OpenID Connect library compares secrets in clear: opened for it alone; `undefined`: the client has none. */
export function openClientSecret(
  { clientSecrets }: Pick<FlowContext, 'clientSecrets'>,
  client: OidcClient,
): string | undefined {
  if (client.sealedSecret === undefined) return undefined;
  return clientSecrets.open(client.sealedSecret, client.policy.clientId);
}

/** @throws {InvalidInput} `ERR_CLIENT_UNKNOWN` */
export function requireClient({ clients }: Pick<FlowContext, 'clients'>, idOrName: string): Client {
  const client = clients.find(idOrName);
  if (client !== undefined) return client;
  throw new InvalidInput('ERR_CLIENT_UNKNOWN', `No client "${idOrName}". \`kazasu client list\` shows them.`);
}
