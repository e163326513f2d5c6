import {
  genericGrantRequest,
  initiateBackchannelAuthentication,
  initiateDeviceAuthorization,
} from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CardId } from '../../../idp/domain/card.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { revokeCard, suspendCard } from '../../../idp/flows/change-card.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import { leavePerson } from '../../../idp/flows/leave-person.ts';
import { disableReader } from '../../../idp/flows/manage-readers.ts';
import { endSignIns } from '../../../idp/flows/my-sessions.ts';
import { addDeviceClient, type DeviceClient, DeviceReader } from '../http/support/device-place.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';

const admin = actor('os', 0);

let idp: RunningIdp;
let hall: DeviceClient;
let screen: DeviceClient;
/** Of each test: a person, and a reader of its own for each device. */
let person: Person;
let cardId: CardId;
let serialNumber: string;
let hallReader: DeviceReader;
let screenReader: DeviceReader;
let count = 0;

beforeAll(async () => {
  idp = await runIdp();
});
afterAll(() => idp.close());
beforeEach(async () => {
  count += 1;
  serialNumber = `0a${String(count).padStart(4, '0')}`;
  person = await idp.addPerson(`hanako-${count}`);
  cardId = await idp.addCard(person, serialNumber);
  hall = await addDeviceClient(idp, `hall-${count}`, ['ciba']);
  screen = await addDeviceClient(idp, `screen-${count}`, ['device']);
  hallReader = await DeviceReader.add(idp, `hall-reader-${count}`, [hall]);
  screenReader = await DeviceReader.add(idp, `screen-reader-${count}`, [screen]);
  idp.clock.advance(2);
});

/** Tapped for and decided; the devices have not fetched their tokens yet. */
async function waiting() {
  const { auth_req_id } = await initiateBackchannelAuthentication(hall.config, {
    scope: 'openid',
    login_hint: 'any',
  });
  const { device_code } = await initiateDeviceAuthorization(screen.config, { scope: 'openid' });
  for (const reader of [hallReader, screenReader]) expect(await reader.tap(serialNumber)).toBe(200);
  return { auth_req_id, device_code };
}

const works = (tried: Promise<unknown>) =>
  tried.then(
    () => true,
    () => false,
  );

/** What of it can still be fetched, by name. */
async function stillGood({ auth_req_id, device_code }: Awaited<ReturnType<typeof waiting>>) {
  const ciba = 'urn:openid:params:grant-type:ciba';
  const device = 'urn:ietf:params:oauth:grant-type:device_code';
  const good: { readonly [artifact: string]: boolean } = {
    'the CIBA request': await works(genericGrantRequest(hall.config, ciba, { auth_req_id })),
    'the device code': await works(genericGrantRequest(screen.config, device, { device_code })),
  };
  return Object.keys(good).filter((artifact) => good[artifact]);
}

const causes: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['the person is suspended', () => suspendPerson(idp.context, { person: person.uid, actor: admin })],
  ['the person leaves', () => leavePerson(idp.context, { person: person.uid, actor: admin })],
  ['the card is suspended', () => suspendCard(idp.context, { card: cardId, actor: admin })],
  ['the card is revoked', () => revokeCard(idp.context, { card: cardId, actor: admin })],
  [
    'somebody ends all sign-ins of the person',
    () => endSignIns(idp.context, { person: person.uid, signIns: 'all', actor: admin }),
  ],
  [
    'the readers are disabled since before',
    async () => {
      for (const { readerId } of [hallReader, screenReader]) {
        await disableReader(idp.context, { reader: readerId, since: idp.clock.now() - 60_000, actor: admin });
      }
    },
  ],
];

describe('what a tap gave to a device without a browser', () => {
  it('can be fetched otherwise', async () => {
    expect(await stillGood(await waiting())).toEqual(['the CIBA request', 'the device code']);
  });

  it.each(causes)('cannot be fetched any more when %s', async (_what, stop) => {
    const artifacts = await waiting();
    await stop();
    expect(await stillGood(artifacts)).toEqual([]);
  });

  it('a request that names somebody ends with that person, before anybody taps', async () => {
    const { auth_req_id } = await initiateBackchannelAuthentication(hall.config, {
      ...{ scope: 'openid', login_hint: person.uid },
    });
    await suspendPerson(idp.context, { person: person.uid, actor: admin });
    await hallReader.tap(serialNumber);
    expect(await stillGood({ auth_req_id, device_code: 'x' })).toEqual([]);
  });
});
