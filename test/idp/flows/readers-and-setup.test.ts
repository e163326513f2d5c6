import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../idp/domain/person.ts';
import type { ReaderPublicKey } from '../../../idp/domain/reader.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import {
  checkSetup,
  makeFirstAdministrator,
  openSetup,
  setupSeconds,
} from '../../../idp/flows/first-administrator.ts';
import { giveRoles } from '../../../idp/flows/give-roles.ts';
import { importPeople } from '../../../idp/flows/import-people.ts';
import {
  addReader,
  disableReader,
  enrolmentSeconds,
  enrolReader,
  renewEnrolmentCode,
} from '../../../idp/flows/manage-readers.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';
import { tryBegin } from './world/cards.ts';
import { addEnrolledReader, addPeople, admin } from './world/people-and-places.ts';
import { codeOf, createWorld, type World } from './world/world.ts';

let pki: TestPki;
let publicKey: ReaderPublicKey;
let world: World;

beforeAll(async () => {
  pki = await createTestPki();
  publicKey = (await exportJWK(
    (
      await generateKeyPair('ES256', { extractable: true })
    ).publicKey,
  )) as ReaderPublicKey;
});

beforeEach(async () => {
  world = await createWorld(pki);
});

afterEach(() => world.close());

describe('a reader', () => {
  const door = { name: 'door', kind: 'device', evidence: 'certificate', clients: [], actor: admin } as const;
  const enrol = async (code: string) => (await enrolReader(world.context, { code, publicKey })).outcome;

  it('enrols with its code, once', async () => {
    const { enrolmentCode } = await addReader(world.context, door);
    expect(await enrol(enrolmentCode)).toBe('enrolled');
    expect(await enrol(enrolmentCode)).toBe('refused');
  });

  it('enrols once, also when ten bridges hold the same code at the same moment', async () => {
    const { enrolmentCode } = await addReader(world.context, door);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => enrol(enrolmentCode)));
    expect(outcomes.filter((outcome) => outcome === 'enrolled')).toHaveLength(1);
  });

  it('gets a new code while it waits; the code before ends', async () => {
    const first = await addReader(world.context, door);
    const second = await renewEnrolmentCode(world.context, { reader: 'door', actor: admin });
    expect(second.readerId).toBe(first.readerId);
    expect(await enrol(first.enrolmentCode)).toBe('refused');
    expect(await enrol(second.enrolmentCode)).toBe('enrolled');
    const again = renewEnrolmentCode(world.context, { reader: 'door', actor: admin });
    expect(await codeOf(again)).toBe('ERR_READER_STATE');
  });

  it('enrols within ten minutes', async () => {
    const [first, second] = [
      await addReader(world.context, door),
      await addReader(world.context, { ...door, name: 'gate' }),
    ];
    world.clock.advanceMs(enrolmentSeconds * 1_000 - 1);
    expect(await enrol(first.enrolmentCode)).toBe('enrolled');
    world.clock.advanceMs(1);
    expect(await enrol(second.enrolmentCode)).toBe('refused');
  });

  it('does not enrol with a code that nobody gave out', async () => {
    await addReader(world.context, door);
    expect([await enrol(''), await enrol('abcdefghijklmnopqrstuvwxyz')]).toEqual(['refused', 'refused']);
  });

  it('does not enrol once it was disabled', async () => {
    const { enrolmentCode } = await addReader(world.context, door);
    await disableReader(world.context, { reader: 'door', actor: admin });
    expect(await enrol(enrolmentCode)).toBe('refused');
  });

  it('keeps its code out of the record and the trail', async () => {
    const { enrolmentCode } = await addReader(world.context, door);
    const kept = JSON.stringify([await world.context.record.readers.list(), await world.trail()]);
    expect(kept).not.toContain(enrolmentCode);
  });

  it.each([
    ['a name that is taken', { name: 'door' }, 'ERR_READER_EXISTS'],
    ['no name', { name: ' ' }, 'ERR_READER_NAME'],
    ['an endless name', { name: 'x'.repeat(65) }, 'ERR_READER_NAME'],
    ['a client that nobody knows', { name: 'gate', clients: ['nowhere'] }, 'ERR_CLIENT_UNKNOWN'],
  ])('is not added with %s', async (_name, changes, code) => {
    await addReader(world.context, door);
    expect(await codeOf(addReader(world.context, { ...door, ...changes }))).toBe(code);
    expect(await world.context.record.readers.list()).toHaveLength(1);
  });

  it('is disabled once, and is not found when it is unknown', async () => {
    await addReader(world.context, door);
    await disableReader(world.context, { reader: 'door', actor: admin });
    expect(await codeOf(disableReader(world.context, { reader: 'door', actor: admin }))).toBe(
      'ERR_READER_STATE',
    );
    expect(await codeOf(disableReader(world.context, { reader: 'nowhere', actor: admin }))).toBe(
      'ERR_READER_UNKNOWN',
    );
  });
});

describe('the first administrator', () => {
  const person = { organization: 'Himeji', uid: 'admin', displayName: 'Admin' };
  const make = async (token: string, changes = {}) => {
    const outcome = await makeFirstAdministrator(world.context, { token, ...person, ...changes });
    return outcome.outcome === 'made' ? 'made' : outcome.reason;
  };
  const open = async () => (await openSetup(world.context))!.token;

  it('is made by who holds the link, and can register a card at once', async () => {
    const outcome = await makeFirstAdministrator(world.context, { token: await open(), ...person });
    if (outcome.outcome !== 'made') throw new Error(outcome.reason);
    expect(outcome.person.roles).toEqual(['administrator']);
    const desk = await addEnrolledReader(world, 'desk', { kind: 'workstation' });
    expect((await tryBegin(world, desk, outcome.inviteCode)).outcome).toBe('begun');
  });

  it('is made once: the link is dead afterwards, and none is made again', async () => {
    const token = await open();
    expect(await make(token)).toBe('made');
    expect(await make(token, { uid: 'second' })).toBe('setup-done');
    expect(await openSetup(world.context)).toBeUndefined();
  });

  it('is one, also when two hold the link at the same moment', async () => {
    const token = await open();
    const outcomes = await Promise.all([make(token, { uid: 'first' }), make(token, { uid: 'second' })]);
    expect(outcomes.sort()).toEqual(['made', 'setup-done']);
    const people = await world.context.record.people.list();
    expect(people.filter(({ roles }) => roles.includes('administrator'))).toHaveLength(1);
  });

  it('needs the newest link, within fifteen minutes', async () => {
    const older = await open();
    const token = await open();
    expect(await make(older)).toBe('setup-token-wrong');
    expect(await make('')).toBe('setup-token-wrong');
    world.clock.advanceMs(setupSeconds * 1_000 - 1);
    expect(await checkSetup(world.context, token)).toBe('open');
    world.clock.advanceMs(1);
    expect(await make(token)).toBe('setup-token-expired');
  });

  it('cannot be made before any link was', async () => {
    expect(await make('')).toBe('setup-token-wrong');
  });

  it('costs nobody a look at all people who asks without the link', async () => {
    const token = await open();
    const { record } = world.context;
    const people = { list: () => Promise.reject(new Error('everybody was read')) };
    const unread = { ...world.context, record: { ...record, people, settings: record.settings } };
    const ask = (of: string) => checkSetup(unread as unknown as FlowContext, of);
    expect(await ask('wrong')).toBe('setup-token-wrong');
    await make(token);
    expect([await ask('wrong'), await ask(token)]).toEqual(['setup-done', 'setup-done']);
  });

  it.each([
    ['no uid', { uid: '' }, 'ERR_PERSON_UID'],
    ['a uid that would break a DN', { uid: 'a,ou=b' }, 'ERR_PERSON_UID'],
    ['no name', { displayName: ' ' }, 'ERR_PERSON_NAME'],
    ['no organisation', { organization: '' }, 'ERR_ORGANIZATION_NAME'],
  ])('is not made with %s, and the link stays good', async (_name, changes, code) => {
    const token = await open();
    expect(await codeOf(make(token, changes))).toBe(code);
    expect(await checkSetup(world.context, token)).toBe('open');
  });

  it('leaves no token in the record or the trail', async () => {
    const token = await open();
    await make(token);
    const { settings } = world.context.record;
    expect(JSON.stringify([await settings.get('setup-token'), await world.trail()])).not.toContain(token);
  });
});

describe('roles', () => {
  const give = (person: string, ...roles: Role[]) =>
    giveRoles(world.context, { person, roles, actor: admin });

  it('are exactly those that were given last, and in the trail', async () => {
    await addPeople(world, 'sato');
    await give('sato', 'auditor', 'approver', 'auditor');
    expect((await world.context.record.people.find('sato'))?.roles).toEqual(['approver', 'auditor']);
    await give('sato');
    expect((await world.context.record.people.find('sato'))?.roles).toEqual([]);
    expect(await world.trail('person.role-given')).toMatchObject([
      { details: { roles: 'approver auditor' } },
      { details: { roles: '' } },
    ]);
  });

  it('keep one administrator at least', async () => {
    await addPeople(world, 'sato', 'suzuki');
    await give('sato', 'administrator');
    expect(await codeOf(give('sato', 'approver'))).toBe('ERR_LAST_ADMINISTRATOR');
    await give('suzuki', 'administrator');
    expect((await give('sato', 'approver')).roles).toEqual(['approver']);
    expect(await codeOf(give('nobody', 'approver'))).toBe('ERR_PERSON_UNKNOWN');
  });
});

describe('people', () => {
  const row = (uid: string) => ({ uid, displayName: uid, organization: 'Himeji', groups: [] });

  it('are added once and brought up to date afterwards; ids stay', async () => {
    const [before] = await addPeople(world, 'sato');
    const people = [{ ...row('sato'), displayName: 'Sato Hanako' }, row('suzuki')];
    expect(await importPeople(world.context, { people, actor: admin })).toMatchObject({
      added: 1,
      updated: 1,
      newOrganizations: [],
    });
    const after = await world.context.record.people.find('sato');
    expect(after).toMatchObject({ personId: before?.personId, displayName: 'Sato Hanako' });
    expect(await world.context.record.organizations.list()).toHaveLength(1);
  });

  it('are imported all or not at all', async () => {
    const broken = { ...row('tanaka'), displayName: undefined as unknown as string };
    await expect(
      importPeople(world.context, { people: [row('sato'), broken], actor: admin }),
    ).rejects.toThrow();
    expect(await world.context.record.people.list()).toEqual([]);
    expect(await world.trail('person.imported')).toEqual([]);
  });
});
