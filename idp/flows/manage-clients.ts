import { type Acr, cardAcrs, toAcr } from '../domain/assurance.ts';
import type { DeviceChoices } from '../domain/device-choices.ts';
import { deviceProfileOf } from '../domain/device-presets.ts';
import type { DevicePreset } from '../domain/device-profile.ts';
import { InvalidInput } from '../domain/fault.ts';
import type { ClientId, LoginPolicy } from '../domain/login-policy.ts';
import type { Actor } from '../domain/registration.ts';
import { readerClockAheadSeconds, tapFreshSeconds } from '../domain/tap.ts';
import type { BackchannelLogout, Client, LdapClient, OidcClient } from '../ports/clients.ts';
import type { RevocationPolicy } from './change-client-policy.ts';
import type { FlowContext } from './context.ts';
import {
  acceptedByDefault,
  type PresenceChoices,
  policyWithPresence,
  profileWithPresence,
} from './device-presence.ts';
import { requireProfile } from './require-profile.ts';

/** PIN-less use rests on a list no older than this unless the client says otherwise: lists come daily. */
export const defaultRevocationAgeSeconds = 48 * 3_600;

type Context = Pick<FlowContext, 'record' | 'clock' | 'secrets' | 'clients' | 'clientSecrets'>;

export interface NewOidcClient {
  readonly name: string;
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

/** @throws {InvalidInput} `ERR_CLIENT_NAME`, `ERR_CLIENT_EXISTS`, `ERR_REDIRECT_URI`, `ERR_BACKCHANNEL_LOGOUT_URI`. */
export async function addOidcClient(
  context: Context,
  request: NewOidcClient,
): Promise<{ readonly clientId: ClientId; readonly clientSecret: string }> {
  for (const uri of request.redirectUris) requireRedirectUri(uri);
  if (request.redirectUris.length === 0) {
    throw new InvalidInput('ERR_REDIRECT_URI', 'An OpenID Connect client needs a --redirect-uri.');
  }
  const { backchannelLogout } = request;
  if (backchannelLogout !== undefined) requireBackchannelLogoutUri(backchannelLogout.uri);
  const clientSecret = context.secrets.random(256);
  const policy = policyOf(context, request, 'ours', [toAcr('card-pin')]);
  const client: OidcClient = {
    protocol: 'oidc',
    name: request.name,
    policy: { ...policy, pinWindowSeconds: request.pinWindowSeconds },
    addedAt: context.clock.now(),
    redirectUris: request.redirectUris,
    ...(backchannelLogout === undefined ? {} : { backchannelLogout }),
    sealedSecret: context.clientSecrets.seal(clientSecret, policy.clientId),
  };
  await add(context, client, request.actor);
  return { clientId: policy.clientId, clientSecret };
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
  await add(context, client, request.actor);
  return { clientId: client.policy.clientId, secret };
}

/** Gives a client a new secret; the old one ends at once. @throws {InvalidInput} `ERR_CLIENT_UNKNOWN` */
export async function rotateClientSecret(
  context: Context,
  { client: idOrName, actor }: { readonly client: string; readonly actor: Actor },
): Promise<{ readonly clientId: ClientId; readonly secret: string }> {
  const client = requireClient(context, idOrName);
  const { clientId } = client.policy;
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

/** The OpenID Connect library compares secrets in clear: opened for it alone. */
export function openClientSecret(
  { clientSecrets }: Pick<FlowContext, 'clientSecrets'>,
  client: OidcClient,
): string {
  return clientSecrets.open(client.sealedSecret, client.policy.clientId);
}

/** @throws {InvalidInput} `ERR_CLIENT_UNKNOWN` */
export function requireClient({ clients }: Pick<FlowContext, 'clients'>, idOrName: string): Client {
  const client = clients.find(idOrName);
  if (client !== undefined) return client;
  throw new InvalidInput('ERR_CLIENT_UNKNOWN', `No client "${idOrName}". \`kazasu client list\` shows them.`);
}

function policyOf(
  { secrets }: Context,
  request: Pick<NewOidcClient, 'acceptedAcr' | 'requiredGroups' | 'revocation'>,
  reader: LoginPolicy['reader'],
  byDefault: readonly Acr[],
): LoginPolicy {
  const unreachable = request.acceptedAcr.filter(
    (acr) => !cardAcrs.includes(acr) && !byDefault.includes(acr),
  );
  if (unreachable.length > 0) {
    throw new InvalidInput(
      'ERR_ACR',
      `No card reaches ${unreachable.join(', ')}; a card reaches ${cardAcrs.join(', ')}.`,
    );
  }
  return {
    clientId: secrets.id() as ClientId,
    clientState: 'active',
    acceptedAcr: request.acceptedAcr.length > 0 ? request.acceptedAcr : byDefault,
    reader,
    organizations: 'any',
    requiredGroups: request.requiredGroups,
    hours: [],
    tapUses: 1,
    tapFreshSeconds,
    readerClockAheadSeconds,
    pinWindowSeconds: 0,
    maxRevocationAgeSeconds: defaultRevocationAgeSeconds,
    staleGraceSeconds: 0,
    ocspOnEveryUse: false,
    ...request.revocation,
  };
}

async function add(context: Context, client: Client, actor: Actor): Promise<void> {
  // The name becomes part of a DN and of pages.
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(client.name)) {
    throw new InvalidInput(
      'ERR_CLIENT_NAME',
      'A client’s name has 1 to 64 letters, digits, spaces, ".", "_" or "-".',
    );
  }
  const { clientId } = client.policy;
  await context.record.change(async (tables) => {
    const names = (await tables.clients.list()).map(({ name }) => name.toLowerCase());
    if (names.includes(client.name.toLowerCase())) {
      throw new InvalidInput(
        'ERR_CLIENT_EXISTS',
        `There is a client "${client.name}" already: choose another name.`,
      );
    }
    await tables.clients.add(client);
    const details = { name: client.name, protocol: client.protocol };
    await tables.audit.append({
      at: client.addedAt,
      type: 'client.added',
      actor,
      subject: clientId,
      details,
    });
  });
  await context.clients.reload(context.record);
}

function requireRedirectUri(text: string): void {
  if (!isHttpsOrLoopback(text) || text.includes('*')) {
    throw new InvalidInput(
      'ERR_REDIRECT_URI',
      `"${text}" is no redirect URI: https, or http on loopback, no fragment, no "*".`,
    );
  }
}

/** @see OpenID Connect Back-Channel Logout 1.0 §2.2 */
function requireBackchannelLogoutUri(text: string): void {
  if (isHttpsOrLoopback(text) && new URL(text).username === '') return;
  throw new InvalidInput(
    'ERR_BACKCHANNEL_LOGOUT_URI',
    `"${text}" is no back-channel logout URI: https, or http on loopback, no fragment, no name or password in it.`,
  );
}

function isHttpsOrLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, hash } = new URL(text);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return (protocol === 'https:' || (protocol === 'http:' && loopback)) && hash === '';
}
