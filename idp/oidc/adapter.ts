import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider';
import { msPerSecond } from '../domain/instant.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import type { OidcClient } from '../ports/clients.ts';
import type { Clock } from '../ports/clock.ts';
import type { OidcPayload, OidcState } from '../ports/oidc-state.ts';
import { clientMetadata } from './client-metadata.ts';

/** What the library keeps its state in, and where it finds clients. */
export interface AdapterParts {
  readonly oidcState: OidcState;
  readonly clients: KnownClients;
  readonly clock: Clock;
  /** Opens a client's sealed secret: the library compares secrets in clear. */
  readonly openClientSecret: (client: OidcClient) => string | undefined;
  /** Somebody used a code or token that was used before; everything that was given with it has ended. */
  readonly onReuse?: (used: OidcPayload) => void;
  /** A client in the words of the library; absent: with everything it may do. */
  readonly metadata?: typeof clientMetadata;
}

/** Everything that belongs to a grant and ends with it. */
const modelsOfGrant = ['AccessToken', 'AuthorizationCode', 'RefreshToken'] as const;

/** The library's store: clients come from the record and are seen fresh, all else goes to the state port. */
export function adapterFactory(parts: AdapterParts): AdapterFactory {
  return (model) => {
    if (model === 'Client') return clientAdapter(parts);
    const state = stateAdapter(model, parts);
    return model === 'Session' ? withLastUse(state, parts.clock) : state;
  };
}

/** The library writes a session whenever it is used: its person is shown when that was. */
function withLastUse(state: Adapter, clock: Clock): Adapter {
  const upsert: Adapter['upsert'] = (id, payload, expiresIn) => {
    const lastUsedAt = Math.floor(clock.now() / msPerSecond);
    return state.upsert(id, Object.assign({}, payload, { lastUsedAt }), expiresIn);
  };
  return { ...state, upsert };
}

/**
 * What a device waits for is kept a while after it is over, so that the device hears so: the library looks at the end
 * itself, and has another answer for what never was.
 * @see RFC 8628 §3.5 (`expired_token`)
 */
function afterwardsSeconds(model: string): number {
  return model === 'DeviceCode' || model === 'BackchannelAuthenticationRequest' ? 600 : 0;
}

function stateAdapter(model: string, { oidcState: state, onReuse }: AdapterParts): Adapter {
  return {
    upsert: (id, payload, expiresIn) =>
      model === 'ReplayDetection'
        ? noteOnce(state, id, payload as OidcPayload, expiresIn)
        : state.upsert(model, id, payload as OidcPayload, expiresIn && expiresIn + afterwardsSeconds(model)),
    find: async (id) => (await state.find(model, id)) as AdapterPayload | undefined,
    findByUid: async (uid) => (await state.findByUid(model, uid)) as AdapterPayload | undefined,
    findByUserCode: async (code) => (await state.findByUserCode(model, code)) as AdapterPayload | undefined,
    consume: (id) => consume(model, id, state, onReuse),
    destroy: (id) => state.destroy(model, id),
    revokeByGrantId: (grantId) => state.revokeByGrantId(model, grantId),
  };
}

/**
 * An assertion or proof that was seen counts no second time. The library looks first and notes then, so that of a
 * hundred at once several would find nothing: the mark decides, which a store gives once.
 * @see RFC 7523 §3; RFC 9449 §11.1
 */
async function noteOnce(
  state: OidcState,
  id: string,
  payload: OidcPayload,
  seconds: number | undefined,
): Promise<void> {
  await state.upsert('ReplayDetection', id, payload, seconds);
  if (await state.consume('ReplayDetection', id)) return;
  throw new errors.InvalidRequest('an assertion or proof must only be used once');
}

/**
 * Once, also when a hundred come at once. Whoever comes second holds a stolen code or lost one: what was issued for it ends.
 * @see RFC 6749 §4.1.2 ("SHOULD revoke … all tokens previously issued")
 */
async function consume(
  model: string,
  id: string,
  state: OidcState,
  onReuse: AdapterParts['onReuse'],
): Promise<void> {
  if (await state.consume(model, id)) return;
  const used = await state.find(model, id);
  if (used !== undefined) onReuse?.(used);
  const grantId = used?.grantId;
  if (typeof grantId === 'string') {
    await Promise.all(modelsOfGrant.map((name) => state.revokeByGrantId(name, grantId)));
    await state.destroy('Grant', grantId);
  }
  throw new errors.InvalidGrant('used already');
}

/** Reads only: clients are added and changed by the flows. A disabled client is not found, so its tokens end too. */
function clientAdapter({ clients, openClientSecret, metadata = clientMetadata }: AdapterParts): Adapter {
  const readOnly = async (): Promise<never> => {
    throw new TypeError('clients are not written through the library');
  };
  return {
    find: async (id) => {
      const client = clients.find(id);
      if (client?.protocol !== 'oidc' || client.policy.clientId !== id) return undefined;
      if (client.policy.clientState !== 'active') return undefined;
      return metadata(client, openClientSecret(client));
    },
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    upsert: readOnly,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
  };
}
