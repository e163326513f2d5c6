import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noFiles } from '../../../idp/commands/command.ts';
import { recordCommands } from '../../../idp/commands/registry.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';
import { addPeople, admin } from '../flows/world/people-and-places.ts';
import { createWorld, type World } from '../flows/world/world.ts';

let pki: TestPki;
let world: World;

beforeAll(async () => {
  pki = await createTestPki();
});
beforeEach(async () => {
  world = await createWorld(pki);
  // 05:40 of the next day in Japan.
  world.clock.set(Date.UTC(2026, 10, 22, 20, 40));
  await addPeople(world, 'sato');
});
afterEach(() => world.close());

describe('a time that a command gives', () => {
  it.each([
    ['person invite', 'sato', {}, '2026-11-26 05:40 JST', '2026-11-25T20:40:00Z'],
    ['reader add', 'desk', { kind: 'station', evidence: 'serial' }, '05:50 JST', '2026-11-22T20:50:00Z'],
  ])('by %s is Japan’s for people, and ISO 8601 for machines', async (name, word, options, people, iso) => {
    const command = recordCommands.find((candidate) => candidate.name === name);
    const input = await command?.read({ positional: [word], options });
    const output = await command?.run(world.context, input, admin, () => undefined, noFiles());
    expect(command?.text(output)).toContain(people);
    expect(command?.text(output)).not.toContain(iso);
    expect(JSON.stringify(output)).toContain(`"expiresAt":"${iso}"`);
  });
});
