import { createSecretKey, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CardId } from '../../../idp/domain/card.ts';
import type { PersonId, PersonState } from '../../../idp/domain/person.ts';
import { KnownClients } from '../../../idp/flows/known-clients.ts';
import { adapterFactory } from '../../../idp/oidc/adapter.ts';
import { existingGrant } from '../../../idp/oidc/existing-grant.ts';
import { grantIdOn } from '../../../idp/oidc/grant-id.ts';
import type { OidcState } from '../../../idp/ports/oidc-state.ts';
import type { Card } from '../../../idp/ports/system-record.ts';
import { openSqliteOidcState } from '../../../idp/storage/sqlite/oidc-state.ts';
import { HandSetClock } from '../../support/clock.ts';
import { temporaryDirectory } from '../storage/support/storage-world.ts';

const clientId = 'attendance';
const accountId = 'person-1' as PersonId;
/** The last second of its certificate. */
const notAfter = 3_600_000;
const cardId = 'card-1' as CardId;

let directory: ReturnType<typeof temporaryDirectory>;
let state: OidcState;
let clock: HandSetClock;

beforeEach(async () => {
  directory = temporaryDirectory();
  clock = new HandSetClock(0);
  const path = join(directory.path, 'oidc-state.sqlite');
  const indexKey = createSecretKey(randomBytes(32));
  state = await openSqliteOidcState({ path, indexKey, clock });
});
afterEach(async () => {
  await state.close();
  directory.remove();
});

function providerOver(oidcState: OidcState): Provider {
  const clients = new KnownClients();
  const adapter = adapterFactory({ oidcState, clients, clock, openClientSecret: () => '' });
  return new Provider('http://localhost', { adapter, cookies: { keys: ['only-a-test'] } });
}

/** The record as it is when the grant has been saved. */
const recordWith = (card: Card['state'], person: PersonState) => ({
  cards: { find: async () => ({ state: card, personId: accountId, notAfter }) as Card },
  passkeys: { find: async () => undefined },
  temporaryCodes: { find: async () => undefined },
  people: { find: async () => ({ personId: accountId, state: person }) as never },
  readers: { find: async () => undefined } as never,
});

/** A session of the library in which nothing was kept yet. */
const sessionOf = () => ({ ensureClientContainer: () => undefined, authorizationFor: () => ({}) });

/** A client asks for more than it was given before, within a session. */
async function growing(card: Card['state'], person: PersonState) {
  const provider = providerOver(state);
  const grant = new provider.Grant({ accountId, clientId });
  grant.jti = grantIdOn(cardId);
  grant.addOIDCScope('openid');
  await grant.save();
  const oidc = {
    ...{ client: { clientId }, account: { accountId }, provider },
    session: { ...sessionOf(), grantIdFor: () => grant.jti },
    requestParamOIDCScopes: new Set(['openid', 'profile']),
    requestParamClaims: new Set<string>(),
  };
  const clients = new KnownClients();
  const given = await existingGrant({ record: recordWith(card, person), clock, clients, oidcState: state })({
    oidc,
  } as unknown as KoaContextWithOIDC);
  return { given, kept: await state.find('Grant', grant.jti) };
}

describe('a grant that grows', () => {
  it('is the same one, with more scopes', async () => {
    const { given, kept } = await growing('active', 'active');
    expect(given?.getOIDCScope()).toBe('openid profile');
    expect(kept).toBeDefined();
  });

  it.each<[string, Card['state'], PersonState]>([
    ['its card was revoked', 'revoked', 'active'],
    ['its holder was suspended', 'active', 'suspended'],
  ])('is not brought back when %s meanwhile', async (_what, card, person) => {
    expect(await growing(card, person)).toEqual({ given: undefined, kept: undefined });
  });
});

it('a grant ends with its card, to the second', async () => {
  const provider = providerOver(state);
  const oidc = {
    ...{ client: { clientId }, account: { accountId }, provider, session: sessionOf() },
    result: { login: { accountId }, basis: cardId },
    requestParamOIDCScopes: new Set(['openid']),
    requestParamClaims: new Set<string>(),
  };
  const clients = new KnownClients();
  const given = existingGrant({ record: recordWith('active', 'active'), clock, clients, oidcState: state });
  const grant = await given({ oidc } as unknown as KoaContextWithOIDC);
  clock.set(notAfter + 999);
  expect(await state.find('Grant', grant?.jti ?? '')).toBeDefined();
  clock.set(notAfter + 1_000);
  expect(await state.find('Grant', grant?.jti ?? '')).toBeUndefined();
});
