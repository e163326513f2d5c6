import {
  fetchUserInfo,
  genericGrantRequest,
  getDPoPHandle,
  randomDPoPKeyPair,
  tokenIntrospection,
} from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { restorePerson, suspendPerson } from '../../../idp/flows/change-person.ts';
import { disableReader } from '../../../idp/flows/manage-readers.ts';
import { addDeviceClient, type DeviceClient, DeviceReader, errorOf } from '../http/support/device-place.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const serialNumber = '0d00a1';
const admin = actor('os', 0);

let idp: RunningIdp;
let person: Person;
let door: DeviceClient;
let reader: DeviceReader;
/** A client with a reader of its own, and none of the door's. */
let clock: DeviceClient;
let othersReader: DeviceReader;

beforeAll(async () => {
  idp = await runIdp();
  person = await idp.addPerson('hanako');
  await idp.addCard(person, serialNumber);
  door = await addDeviceClient(idp, 'door', ['tap']);
  clock = await addDeviceClient(idp, 'clock', ['tap']);
  reader = await DeviceReader.add(idp, 'door-reader', [door]);
  othersReader = await DeviceReader.add(idp, 'clock-reader', [clock]);
});
afterAll(() => idp.close());

function redeem({ config }: DeviceClient, assertion: string, scope = 'openid profile') {
  return genericGrantRequest(config, grantType, { assertion, scope });
}

const refusal = (client: DeviceClient, assertion: string) => errorOf(redeem(client, assertion));

describe('a tap at the own reader of a door', () => {
  it('becomes tokens for its person: no session, no refresh token, and nothing of the person but the id', async () => {
    const tokens = await redeem(door, await reader.sign(serialNumber));
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'openid profile' });
    expect(tokens.refresh_token).toBeUndefined();
    expect(tokens.claims()).toEqual({
      ...{ iss: idp.issuer, aud: door.clientId, sub: person.personId },
      ...{ acr: 'urn:kazasu:acr:certificate', amr: ['user'] },
      ...{ iat: expect.any(Number), exp: expect.any(Number) },
      auth_time: Math.floor(idp.clock.now() / 1_000),
    });
    const info = await fetchUserInfo(door.config, tokens.access_token, person.personId);
    expect(info).toMatchObject({ preferred_username: 'hanako' });
  });

  it('says in introspection how and when its person signed in', async () => {
    const tokens = await redeem(door, await reader.sign(serialNumber));
    expect(await tokenIntrospection(door.config, tokens.access_token)).toMatchObject({
      ...{ active: true, acr: 'urn:kazasu:acr:certificate' },
      auth_time: Math.floor(idp.clock.now() / 1_000),
    });
  });

  it('leaves nothing behind once its token is over: a door has thousands of taps', async () => {
    const opener = await idp.addPerson('opener');
    await idp.addCard(opener, '0d00b2');
    await redeem(door, await reader.sign('0d00b2'));
    const kept = async () =>
      (await idp.oidcState.listByAccountId(opener.personId)).map(({ payload }) => payload.kind).sort();
    expect(await kept()).toEqual(['AccessToken', 'Grant']);
    idp.clock.advance(600);
    expect(await kept()).toEqual([]);
  });

  it('gives no refresh token for the asking', async () => {
    const tokens = await redeem(door, await reader.sign(serialNumber), 'openid offline_access');
    expect(tokens.refresh_token).toBeUndefined();
    expect(tokens.scope).toBe('openid');
  });

  it('is taken once: a hundred at once give tokens to one', async () => {
    const assertion = await reader.sign(serialNumber);
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => redeem(door, assertion)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await refusal(door, assertion)).toBe('invalid_grant: tap-replayed');
  });

  it('is not taken again with the counter of an earlier one', async () => {
    await redeem(door, await reader.sign(serialNumber));
    expect(await refusal(door, await reader.sign(serialNumber, { counter: 1 }))).toBe(
      'invalid_grant: counter-not-risen',
    );
  });

  it('that the reader posted itself is no assertion any more', async () => {
    const tap = await reader.sign(serialNumber);
    expect(await reader.post(tap)).toBe(200);
    expect(await refusal(door, tap)).toBe('invalid_grant: tap-replayed');
  });

  it('that became tokens serves no other way in', async () => {
    const { context } = idp;
    idp.clock.advance(1);
    const since = idp.clock.now();
    await redeem(door, await reader.sign(serialNumber));
    const [card] = await context.record.cards.findByPerson(person.personId);
    if (card === undefined) throw new Error('no card');
    const readerId = reader.readerId as Parameters<typeof context.taps.findUnprompted>[1][number];
    expect(await context.taps.findUnprompted(card.cardKey, [readerId], since, 99)).toBeUndefined();
  });

  it.each([
    ['of somebody else’s reader', () => othersReader.sign(serialNumber), 'reader-not-for-client'],
    [
      'for another provider',
      () => reader.sign(serialNumber, { aud: 'https://idp.example' }),
      'message-signature-invalid',
    ],
    [
      'older than half a minute',
      () => reader.sign(serialNumber, { iat: Math.floor(idp.clock.now() / 1_000) - 32 }),
      'message-stale',
    ],
    [
      'from the future',
      () => reader.sign(serialNumber, { iat: Math.floor(idp.clock.now() / 1_000) + 7 }),
      'message-from-the-future',
    ],
    ['of a card that nobody knows', () => reader.sign('0fffff'), 'unknown-card'],
    ['that is no tap', async () => 'eyJhbGciOiJub25lIn0.e30.', 'message-malformed'],
    [
      'whose signature was cut off',
      async () => unsigned(await reader.sign(serialNumber)),
      'message-signature-invalid',
    ],
  ])('is refused %s', async (_what, sign, reason) => {
    expect(await refusal(door, await sign())).toBe(`invalid_grant: ${reason}`);
  });

  it('that somebody else tried first still serves the door: it was not touched', async () => {
    const tap = await reader.sign(serialNumber);
    expect(await refusal(clock, tap)).toBe('invalid_grant: reader-not-for-client');
    expect((await redeem(door, tap)).claims()?.sub).toBe(person.personId);
  });

  it('needs the secret of the door as well', async () => {
    const wrong = { ...door, config: await foreignConfig() };
    await expect(redeem(wrong, await reader.sign(serialNumber))).rejects.toThrow('WWW-Authenticate');
  });

  it('is for clients that asked for it, and no other', async () => {
    const web = await addDeviceClient(idp, 'web', [], { redirectUris: ['http://localhost:9/callback'] });
    expect(await refusal(web, await reader.sign(serialNumber))).toMatch(/^invalid_request/);
  });
});

describe('a door whose tokens are bound to a key (DPoP)', () => {
  it('gets them bound, and none without the key', async () => {
    const settings = { senderConstraint: 'dpop' } as const;
    const vault = await addDeviceClient(idp, 'vault', ['tap'], { settings });
    const vaultReader = await DeviceReader.add(idp, 'vault-reader', [vault]);
    expect(await refusal(vault, await vaultReader.sign(serialNumber))).toMatch(/^invalid_grant/);
    const DPoP = getDPoPHandle(vault.config, await randomDPoPKeyPair());
    const parameters = { assertion: await vaultReader.sign(serialNumber), scope: 'openid' };
    const tokens = await genericGrantRequest(vault.config, grantType, parameters, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    const { access_token } = tokens;
    expect(await fetchUserInfo(vault.config, access_token, person.personId, { DPoP })).toHaveProperty('sub');
    await expect(fetchUserInfo(vault.config, access_token, person.personId)).rejects.toThrow();
  });
});

describe('a suspended person', () => {
  it('gets no tokens by a tap, and those given before are worth nothing', async () => {
    const tokens = await redeem(door, await reader.sign(serialNumber));
    await suspendPerson(idp.context, { person: person.uid, actor: admin });
    expect(await refusal(door, await reader.sign(serialNumber))).toBe('invalid_grant: person-suspended');
    await expect(fetchUserInfo(door.config, tokens.access_token, person.personId)).rejects.toThrow();
    await restorePerson(idp.context, { person: person.uid, actor: admin });
  });
});

describe('a disabled reader', () => {
  it('signs for nobody', async () => {
    const spare = await DeviceReader.add(idp, 'spare-reader', [door]);
    await disableReader(idp.context, { reader: 'spare-reader', actor: admin });
    expect(await refusal(door, await spare.sign(serialNumber))).toBe('invalid_grant: reader-disabled');
  });

  it('ends what its taps gave since a moment that the administrator names', async () => {
    const spare = await DeviceReader.add(idp, 'another-spare-reader', [door]);
    const tokens = await redeem(door, await spare.sign(serialNumber));
    await fetchUserInfo(door.config, tokens.access_token, person.personId);
    await disableReader(idp.context, {
      reader: spare.readerId,
      since: idp.clock.now() - 60_000,
      actor: admin,
    });
    await expect(fetchUserInfo(door.config, tokens.access_token, person.personId)).rejects.toThrow();
  });
});

function unsigned(jwt: string): string {
  return `${jwt.slice(0, jwt.lastIndexOf('.'))}.`;
}

async function foreignConfig(): Promise<DeviceClient['config']> {
  const { discovery, ClientSecretBasic, allowInsecureRequests } = await import('openid-client');
  return discovery(new URL(idp.issuer), door.clientId, undefined, ClientSecretBasic('guessed'), {
    execute: [allowInsecureRequests],
  });
}
