import { describe, expect, it } from 'vitest';
import { attributeType } from '../../../connectors/ldap/schema/attribute-types.ts';
import { changedProfile, type DeviceChoices } from '../../../idp/domain/device-choices.ts';
import { deviceProfileOf } from '../../../idp/domain/device-presets.ts';
import {
  cardAttributeNames,
  type DeviceProfile,
  devicePresets,
  shownAttributeNames,
} from '../../../idp/domain/device-profile.ts';
import { profileProblems } from '../../../idp/domain/profile-problems.ts';

describe.each(devicePresets)('the preset %s', (preset) => {
  const profile = deviceProfileOf(preset);

  it('fits together', () => {
    expect(profileProblems(profile)).toEqual([]);
  });

  it('says what a bind as the person must bring, exactly where there is one', () => {
    expect(profile.personBind !== undefined).toBe(profile.ways.includes('person-bind'));
  });
});

it.each<[string, Partial<DeviceProfile>]>([
  ['konica-minolta', { ways: ['card-search', 'person-bind'], cardAttributes: ['serialnumber'] }],
  ['fujifilm', { ways: ['card-search', 'person-bind'], cardAttributes: ['serialnumber'] }],
  ['ricoh', { ways: ['card-search'], cardAttributes: ['serialnumber', 'uid', 'employeenumber'] }],
  ['hp', { ways: ['person-bind', 'people'], cardAttributes: [] }],
  ['papercut', { cardAttributes: ['employeenumber', 'pager'] }],
  ['unix', { ways: ['people', 'person-bind'], cardAttributes: [] }],
  ['freeradius', { ways: ['card-search', 'people', 'person-bind'], cardAttributes: ['serialnumber'] }],
  ['door', { ways: ['card-bind'], cardAttributes: [] }],
])('%s comes in its ways, by its attributes', (name, expected) => {
  const preset = devicePresets.find((one) => one === name);
  expect(preset && deviceProfileOf(preset)).toMatchObject(expected);
});

it('only devices with self-registration write cards', () => {
  const writing = devicePresets.filter((preset) => deviceProfileOf(preset).writeBack !== undefined);
  expect(writing).toEqual(['konica-minolta', 'fujifilm']);
});

it('printers see no employee number, title or reading of the name', () => {
  for (const preset of ['konica-minolta', 'fujifilm', 'ricoh', 'hp', 'papercut', 'door'] as const) {
    const shown = deviceProfileOf(preset).released.map((one) => one.shown);
    expect(shown).not.toEqual(expect.arrayContaining(['employeenumber']));
    expect(shown).not.toEqual(expect.arrayContaining(['title']));
    expect(shown).not.toEqual(expect.arrayContaining(['msds-phoneticdisplayname']));
  }
});

it('every name that a device may search or be shown is known to the schema', () => {
  const names = [...shownAttributeNames, ...cardAttributeNames];
  expect(names.filter((name) => attributeType(name)?.key !== name)).toEqual([]);
});

describe('what an administrator chooses', () => {
  const printer = deviceProfileOf('konica-minolta');
  const changed = (choices: DeviceChoices) => changedProfile(printer, choices);

  it('changes nothing where nothing is said', () => {
    expect(changed({})).toEqual(printer);
  });

  it('of another kind of card starts from how that kind is usually spelled', () => {
    const decimal = changedProfile(changed({ base: 'decimal', pattern: 'ID-*' }), { cardKind: 'uid' });
    expect(decimal.spelling).toEqual(deviceProfileOf('card-search', { cardKind: 'uid' }).spelling);
  });

  it('of the base counts digits anew, unless they are said too', () => {
    expect(changed({ base: 'decimal' }).spelling.digits).toBe(0);
    expect(changed({ base: 'decimal', digits: 20 }).spelling.digits).toBe(20);
    expect(changedProfile(changed({ base: 'decimal' }), { base: 'hex' }).spelling.digits).toBe(16);
    expect(deviceProfileOf('card-search', { octets: 10 }).spelling.digits).toBe(20);
  });

  it('ends a pattern and write-back by name', () => {
    const strict = changed({ pattern: ';*?', writeBack: { perPersonPerDay: 1, perDevicePerDay: 1 } });
    expect(changedProfile(strict, { pattern: 'none' }).spelling.pattern).toBeUndefined();
    expect(changedProfile(strict, { writeBack: 'off' }).writeBack).toBeUndefined();
  });

  it('of the ways takes along what served a way that ends', () => {
    const people = changed({ ways: ['people'] });
    expect(people).toMatchObject({ cardAttributes: [] });
    expect(people.writeBack).toBeUndefined();
    expect(profileProblems(people)).toEqual([]);
  });

  it('of the ways decides whether anybody binds as a person', () => {
    expect(changed({ ways: ['card-search'] }).personBind).toBeUndefined();
    const bound = deviceProfileOf('door', { ways: ['card-bind', 'person-bind'] });
    expect(bound.personBind).toEqual({ password: true, tap: false, waitSeconds: 0 });
  });

  it.each<[string, DeviceChoices]>([
    ['ways', { ways: [] }],
    ['card attribute', { cardAttributes: [], writeBack: 'off' }],
    ['card attribute', { cardAttributes: ['mail'] }],
    ['card attribute', { ways: ['person-bind'], cardAttributes: ['pager'] }],
    ['octets', { octets: 7 }],
    ['digits', { digits: 15 }],
    ['pattern', { pattern: '####' }],
    ['released', { released: [{ shown: 'mail', from: 'mail' }] }],
    ['released', { released: [...printer.released, { shown: 'mail', from: 'uid' }] }],
    ['released', { released: [...printer.released, { shown: 'userpassword', from: 'uid' }] }],
    ['released', { released: [...printer.released, { shown: 'pager', from: 'memberof' }] }],
    ['entries', { maxEntries: 0 }],
    ['entries', { maxEntries: 10_001 }],
    ['write-back', { writeBack: { perPersonPerDay: 0, perDevicePerDay: 1 } }],
    ['write-back', { ways: ['card-search'], writeBack: { perPersonPerDay: 1, perDevicePerDay: 1 } }],
  ])('is said not to fit: %s %j', (about, choices) => {
    const problems = profileProblems(changed(choices));
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every((problem) => problem.startsWith(about))).toBe(true);
  });
});
