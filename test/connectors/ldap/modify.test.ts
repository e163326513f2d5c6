import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceProfileOf } from '../../../idp/domain/device-presets.ts';
import type { DeviceProfile } from '../../../idp/domain/device-profile.ts';
import type { RequestRefusal } from '../../../idp/domain/registration.ts';
import { DeviceGuesses } from '../../../idp/flows/device-guesses.ts';
import { baseDn, type InMemoryDirectory, midoriCity } from './support/in-memory-flows.ts';
import { RawClient, type Reply } from './support/raw-client.ts';
import { bindRequest, modifyRequest } from './support/requests.ts';
import { HandClock, type RunningServer, runServer } from './support/running-server.ts';

const personDn = (uid: string) => `uid=${uid},ou=people,${baseDn}`;
const ownCard = '0102030405060708';
const newCard = 'a1b2c3d4e5f60718';

/** Takes FeliCa numbers under `pager`, signs people in by them, and may ask for cards. */
const copier: DeviceProfile = {
  ...deviceProfileOf('card-search', { cardKind: 'felica', cardAttributes: ['pager'] }),
  ways: ['card-search', 'card-bind'],
  writeBack: { perPersonPerDay: 3, perDevicePerDay: 20 },
};

let clock: HandClock;
let guesses: DeviceGuesses;
let directory: InMemoryDirectory;
let server: RunningServer;
let client: RawClient;
let nextId: number;

beforeEach(async () => {
  clock = new HandClock();
  guesses = new DeviceGuesses(clock);
  directory = midoriCity();
  directory.addPerson('ito', ownCard);
  directory.addDevice('copier', 'card-search', { profile: copier });
  const { writeBack: _, ...readOnly } = copier;
  directory.addDevice('reader-only', 'card-search', { profile: readOnly });
  directory.addDevice('no-card-attributes', 'card-search', { profile: { ...copier, cardAttributes: [] } });
  server = await runServer(directory, { clock, cardGuesses: guesses });
  client = await RawClient.open(server.ldapPort);
  nextId = 1;
});

afterEach(async () => {
  client.close();
  await server.close();
});

type Changes = Parameters<typeof modifyRequest>[2];

const last = (replies: readonly Reply[]) => replies.at(-1);
const bind = async (name: string, device: string) => {
  nextId += 1;
  return last(await client.ask(bindRequest(nextId, name, `secret-of-${device}`)))?.code;
};
const asPerson = (device = 'copier') => bind(`cn=${ownCard},cn=${device},ou=cards,${baseDn}`, device);
const asDevice = (device = 'copier') => bind(`cn=${device},ou=devices,${baseDn}`, device);
const modify = async (changes: Changes, entry = personDn('ito')) => {
  nextId += 1;
  return last(await client.ask(modifyRequest(nextId, entry, changes)));
};
const write = (number: string) => modify([['add', 'pager', number]]);

describe('a card number that a person adds to the own entry', () => {
  it.each([
    ['add', 'pager', newCard],
    ['replace', 'pager', newCard],
    ['add', 'Pager', newCard.toUpperCase()],
    ['add', 'pagerTelephoneNumber', 'a1:b2:c3:d4:e5:f6:07:18'],
    ['add', '0.9.2342.19200300.100.1.42', newCard],
  ] as const)('becomes a request: %s %s', async (operation, attribute, value) => {
    expect(await asPerson()).toBe(0);
    const reply = await modify([[operation, attribute, value]]);
    expect(reply).toMatchObject({ tag: 0x67, code: 0, text: expect.stringContaining('approver') });
    expect(directory.requests).toEqual([{ uid: 'ito', boundBy: 'card-bind', number: newCard }]);
  });

  it('is theirs in any spelling of the name', async () => {
    await asPerson();
    const reply = await modify([['add', 'pager', newCard]], `UID=ITO, OU=People,${baseDn}`);
    expect(reply?.code).toBe(0);
  });

  it('is answered later where the record takes its time', async () => {
    directory.answers = 'later';
    await asPerson();
    expect((await write(newCard))?.code).toBe(0);
  });

  it('is 52 while the record is away, and asked for by nobody', async () => {
    await asPerson();
    directory.outage = true;
    expect((await write(newCard))?.code).toBe(52);
    expect(directory.requests).toEqual([]);
  });

  it('is 50 on an open connection whose device was disabled', async () => {
    await asPerson();
    directory.devices.get('copier')!.disabled = true;
    expect((await write(newCard))?.code).toBe(50);
  });
});

describe('a change is refused', () => {
  it.each([
    ['of another attribute', 53, [['replace', 'mail', 'x@example.jp']]],
    ['of a subtype of the card attribute', 53, [['add', 'pager;x', newCard]]],
    ['with two numbers', 53, [['add', 'pager', newCard, ownCard]]],
    ['with no number', 53, [['replace', 'pager']]],
    ['that takes the own card away', 53, [['delete', 'pager', ownCard]]],
    ['that takes all cards away', 53, [['delete', 'pager']]],
    ['of nothing', 53, []],
    [
      'beside another change',
      53,
      [
        ['add', 'pager', newCard],
        ['replace', 'mail', 'x@example.jp'],
      ],
    ],
    ['with a number that is too short', 19, [['add', 'pager', 'a1b2c3d4']]],
    ['with a number that is none', 19, [['add', 'pager', 'z1b2c3d4e5f60718']]],
  ] as readonly (readonly [string, number, Changes])[])('%s: %i', async (_, code, changes) => {
    await asPerson();
    expect(await modify(changes)).toMatchObject({ code, text: expect.stringMatching(/./) });
    expect(directory.requests).toEqual([]);
  });

  it.each([
    ['of a colleague’s entry', personDn('tanaka'), 50],
    ['of a device', `cn=copier,ou=devices,${baseDn}`, 50],
    ['of nobody', `uid=nobody,ou=people,${baseDn}`, 50],
    ['of the root', '', 50],
    ['of what is no name', 'uid', 34],
  ])('%s', async (_, entry, code) => {
    await asPerson();
    expect((await modify([['add', 'pager', newCard]], entry))?.code).toBe(code);
    expect(directory.requests).toEqual([]);
  });

  it('from a service account, which is told to bind as the person', async () => {
    await asDevice();
    expect(await write(newCard)).toMatchObject({
      code: 50,
      text: expect.stringContaining('bind as that person'),
    });
  });

  it('and leaves the rule that refused it, without the number', async () => {
    await asPerson();
    await modify([['add', 'pager', newCard]], personDn('tanaka'));
    await modify([['delete', 'pager', ownCard]]);
    await write('a1b2');
    const written = directory.decisions.filter(({ op }) => op === 'modify');
    expect(written.map(({ rule, result }) => `${rule} ${result}`)).toEqual([
      'write-of-another-entry 50',
      'write-takes-away 53',
      'card-spelled-otherwise 19',
    ]);
    expect(JSON.stringify(written)).not.toContain('a1b2');
  });

  it('from nobody', async () => {
    expect((await write(newCard))?.code).toBe(50);
  });

  it('where the profile takes nothing that is written', async () => {
    await asPerson('reader-only');
    expect((await write(newCard))?.code).toBe(53);
  });

  it('where the profile has no card attribute', async () => {
    await asPerson('no-card-attributes');
    expect((await write(newCard))?.code).toBe(53);
  });

  it('of a My Number Card, which is registered with its signature', async () => {
    const spelling = deviceProfileOf('card-search', { cardKind: 'jpki', cardAttributes: ['pager'] }).spelling;
    directory.addPerson('mori', '0a0b0c0d');
    directory.addDevice('serial', 'card-search', { profile: { ...copier, spelling } });
    await bind(`cn=0a0b0c0d,cn=serial,ou=cards,${baseDn}`, 'serial');
    const reply = await modify([['add', 'pager', '0e0f1011']], personDn('mori'));
    expect(reply).toMatchObject({ code: 53, text: expect.stringContaining('signature') });
    expect(directory.requests).toEqual([]);
  });

  it.each([
    ['confidentiality-required', 13],
    ['write-back-not-allowed', 53],
    ['signature-required', 53],
    ['person-not-admitted', 50],
    ['device-disabled', 50],
    ['card-already-registered', 20],
    ['quota-of-person', 11],
    ['quota-of-device', 11],
  ] as readonly (readonly [RequestRefusal, number])[])('as %s: %i', async (reason, code) => {
    await asPerson();
    directory.requestRefusal = reason;
    expect(await write(newCard)).toMatchObject({ code, text: expect.stringMatching(/./) });
  });
});

describe('guessing numbers by asking for them', () => {
  it('hears the same of a card that somebody has as of one that nobody has', async () => {
    directory.addPerson('mori', 'ffeeddccbbaa9988');
    await asPerson();
    const [free, taken] = [await write(newCard), await write('ffeeddccbbaa9988')];
    expect({ ...taken, messageId: 0 }).toEqual({ ...free, messageId: 0 });
  });

  it('counts against the device: unreadable numbers and those of others', async () => {
    directory.addPerson('mori', 'ffeeddccbbaa9988');
    await asPerson();
    await write(newCard);
    const before = guesses.miss('copier' as never, '127.0.0.1');
    await write('ffeeddccbbaa9988');
    await write('zz');
    expect(guesses.miss('copier' as never, '127.0.0.1')).toBe(before + 3);
  });

  it('ends where the device is stopped', async () => {
    await asPerson();
    for (let miss = 0; miss < 300; miss += 1) guesses.miss('copier' as never, '127.0.0.1');
    expect((await write(newCard))?.code).toBe(51);
    expect(directory.requests).toEqual([]);
  });
});

it('a card number that was written stands in no line for the operator', async () => {
  await asPerson();
  for (let miss = 0; miss < 19; miss += 1) guesses.miss('copier' as never, '127.0.0.1');
  await write('a1b2c3d4');
  expect(server.events).not.toEqual([]);
  expect(JSON.stringify(server.events)).not.toContain('a1b2c3d4');
});
