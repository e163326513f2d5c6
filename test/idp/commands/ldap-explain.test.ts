import { describe, expect, it } from 'vitest';
import { noFiles } from '../../../idp/commands/command.ts';
import { recordCommands } from '../../../idp/commands/registry.ts';
import type { AuditEvent } from '../../../idp/domain/audit-event.ts';
import { parseSerialNumber } from '../../../idp/domain/certificate-id.ts';
import { suspendCard } from '../../../idp/flows/change-card.ts';
import { changeDeviceProfile } from '../../../idp/flows/change-device-profile.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { logInFromDevice } from '../../../idp/flows/log-in-from-device.ts';
import { addLdapClient } from '../../../idp/flows/manage-clients.ts';
import { PasswordChecks } from '../../../idp/flows/password-checks.ts';
import { aCardInUse, type CardInUse, eachTestInAWorldOfItsOwn } from '../flows/world/a-card-in-use.ts';
import { addDevice, addEnrolledReader, addOidc, admin, tap } from '../flows/world/people-and-places.ts';

let inUse: CardInUse;
eachTestInAWorldOfItsOwn(async (world) => {
  inUse = await aCardInUse(world);
});

const command = recordCommands.find(({ name }) => name === 'ldap explain')!;

/** `kazasu ldap explain --device printer …` as somebody types it. */
async function explained(
  options: { readonly [name: string]: unknown },
  context = inUse.world.context,
): Promise<string> {
  const typed = {
    positional: [],
    options: { device: 'printer', tls: 'on', scope: 'sub', attribute: [], lang: 'en', ...options },
  };
  const input = JSON.parse(JSON.stringify(await command.read(typed)));
  const answer = await command.run(context, input, admin, () => undefined, noFiles());
  return command.text(JSON.parse(JSON.stringify(answer)));
}

const cardFilter = () => `(&(objectClass=person)(serialNumber=${inUse.card.serialNumber.toUpperCase()}))`;
const typesSince = async (before: readonly AuditEvent[]) =>
  (await inUse.world.trail()).slice(before.length).map(({ type }) => type);

describe('a card search is explained', () => {
  it('step by step, and leaves nothing but a line that says who asked', async () => {
    const before = await inUse.world.trail();
    const text = await explained({ filter: cardFilter(), attribute: ['uid', 'serialNumber'] });
    expect(text).toContain('1. The device "printer" from 127.0.0.1, over TLS');
    expect(text).toContain('The device binds (127.0.0.1)');
    expect(text).toContain(
      'The filter is a card search; the number is spelled as the profile says (jpki, hex, 4 octets',
    );
    expect(text).toContain('The sign-in is granted (card search, serial)');
    expect(text).toContain('result 0 with 1 entry');
    expect(text).toContain('uid=sato,ou=people,dc=example,dc=jp\n     uid: sato');
    expect(await typesSince(before)).toEqual(['directory.explained']);
    const [line] = await inUse.world.trail('directory.explained');
    expect(line).toMatchObject({ actor: admin, subject: inUse.cardId, details: { client: inUse.printer } });
    expect(JSON.stringify(line).toLowerCase()).not.toContain(inUse.card.serialNumber.toLowerCase());
  });

  it('in Japanese', async () => {
    await suspendCard(inUse.world.context, { card: inUse.cardId, actor: admin });
    const text = await explained({ filter: cardFilter(), lang: 'ja' });
    expect(text).toContain('サインインを断ります (カード検索): [card-suspended] カードは一時停止中です。');
    expect(text).toContain('検索の結果コードは 0、エントリーは 0 件です。');
  });

  it.each([
    ['(serialNumber=7fffff01)', '[unknown-card] No registered card has this number.'],
    ['(serialNumber=tanaka)', 'denied (card search): [card-spelled-otherwise] The value is no card number'],
    ['(serialNumber=*)', '[card-not-by-equality]'],
    ['(serialNumber:caseIgnoreMatch:=1)', '[card-not-by-equality]'],
    ['(|(serialNumber=7fffff01)(serialNumber=7fffff02))', '[card-asserted-twice]'],
    ['(uid=sato)', '[people-not-in-profile]'],
  ])('%s says why', async (filter, why) => {
    const text = await explained({ filter });
    expect(text).toContain(why);
    expect(text).toMatch(/result (0|53) with 0 entries/);
  });

  it('and counts as no guess, however often it is asked; a device that is stopped is said to be', async () => {
    const { deviceGuesses } = inUse.world.context;
    for (let n = 0; n < 25; n += 1) await explained({ filter: '(serialNumber=7fffff01)' });
    expect(deviceGuesses.admit(inUse.printer as never, '127.0.0.1')).toBe('now');
    for (let n = 0; n < 241; n += 1) deviceGuesses.miss(inUse.printer as never, '127.0.0.1');
    deviceGuesses.admit(inUse.printer as never, '127.0.0.1');
    expect(await explained({ filter: cardFilter() })).toContain('would be refused unanswered (result 51)');
  });

  it('without using up the tap that it rests on', async () => {
    const { world, card } = inUse;
    const { clientId } = await addDevice(world, 'copier', false);
    const reader = await addEnrolledReader(world, 'beside the copier', { clients: ['copier'] });
    expect(await explained({ device: 'copier', filter: cardFilter() })).toContain('[tap-missing]');
    await tap(world, reader, card);
    for (let n = 0; n < 2; n += 1) {
      expect(await explained({ device: 'copier', filter: cardFilter() })).toContain('sign-in is granted');
    }
    const number = { kind: 'jpki', value: parseSerialNumber(card.serialNumber) } as const;
    const real = await logInFromDevice(world.context, { clientId, number });
    expect(real.outcome).toBe('granted');
  });

  it('at another moment', async () => {
    const text = await explained({ filter: cardFilter(), at: '2099-01-01T00:00:00+09:00' });
    expect(text).toContain('[card-expired] The card has expired.');
  });

  it('of a person who is bound there', async () => {
    const asSato = { filter: '(objectClass=person)', asPerson: 'sato' };
    expect(await explained(asSato)).toContain('[no-longer-admitted]');
    const choices = { ways: ['card-search', 'person-bind'] } as const;
    await changeDeviceProfile(inUse.world.context, { client: 'printer', choices, actor: admin });
    expect(await explained(asSato)).toContain('[own-entry]');
    expect(await explained({ filter: cardFilter(), asPerson: 'sato' })).toContain(
      '[person-searches-no-cards]',
    );
  });
});

describe('a bind is explained', () => {
  it('by the rule that refuses it', async () => {
    expect(await explained({ bind: true })).toContain('The bind of the device succeeds (result 0)');
    const clear = await explained({ bind: true, tls: 'off', address: '192.0.2.7' });
    expect(clear).toContain('[plaintext-not-allowed] The device may not bind without TLS.');
    expect(clear).toContain('The bind of the device fails (result 13)');
  });

  it('of a card, where the device binds none', async () => {
    expect(await explained({ bind: true, card: inUse.card.serialNumber })).toContain(
      'The bind of the card fails',
    );
  });
});

describe('the bind of a person is explained', () => {
  it('by the profile of the device, without asking for a password', async () => {
    expect(await explained({ bind: true, asPerson: 'sato' })).toContain(
      '[way-not-allowed] The device’s profile lets nobody bind as a person.',
    );
    await addLdapClient(inUse.world.context, {
      ...{ name: 'mfp', preset: 'card-search', acceptedAcr: [], requiredGroups: [], actor: admin },
      ...{ addresses: [], allowPlaintext: false, ownReader: true, choices: {} },
      presence: { personBind: { password: true, tap: false, waitSeconds: 0 } },
    });
    const bind = (asPerson: string, context?: FlowContext) =>
      explained({ device: 'mfp', bind: true, asPerson }, context);
    expect(await bind('sato')).toContain('[no-directory] No directory is configured');
    const asked: string[] = [];
    const verify = async ({ uid }: { readonly uid: string }) => {
      asked.push(uid);
      return 'wrong' as const;
    };
    const passwords = new PasswordChecks({ verify }, inUse.world.clock);
    const context = { ...inUse.world.context, passwords };
    expect(await bind('sato', context)).toContain('The sign-in is granted (bind as a person, password)');
    expect(await bind('nobody', context)).toContain('[person-unknown] Nobody has this name.');
    expect(asked).toEqual([]);
  });
});

describe('the last operations of a device', () => {
  it('are told from the trail, each with its rule', async () => {
    await inUse.ask();
    await suspendCard(inUse.world.context, { card: inUse.cardId, actor: admin });
    await inUse.ask();
    const lines = (await explained({ last: '2' })).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('The sign-in is granted (card search, serial, sato)');
    expect(lines[1]).toContain(
      'The sign-in is denied (card search): [card-suspended] The card is suspended.',
    );
    await addDevice(inUse.world, 'new', true);
    expect(await explained({ device: 'new', last: '5' })).toContain('The device was added');
  });

  it('and what an administrator changed of it, in words', async () => {
    const { context } = inUse.world;
    await changeDeviceProfile(context, { client: 'printer', choices: { maxEntries: 5 }, actor: admin });
    expect(await explained({ last: '1' })).toContain('Its profile was changed (maxEntries)');
    expect(await explained({ last: '1', lang: 'ja' })).toContain('プロファイルを変更しました (maxEntries)');
  });
});

describe('what cannot be explained is said before anything is asked', () => {
  it.each([
    [{}, 'ERR_OPTION'],
    [{ filter: '(uid=x)', bind: true }, 'ERR_OPTION'],
    [{ filter: '(uid=x)', card: '01' }, 'ERR_OPTION'],
    [{ filter: '(serialNumber=0a1b2c3d' }, 'ERR_LDAP_FILTER'],
    [{ bind: true, at: '2026-11-22T09:00' }, 'ERR_OPTION'],
    [{ bind: true, address: 'printer' }, 'ERR_OPTION'],
    [{ last: '0' }, 'ERR_OPTION'],
    [{ bind: true, device: 'nobody' }, 'ERR_CLIENT_UNKNOWN'],
  ])('%j', async (options, code) => {
    await expect(explained(options)).rejects.toMatchObject({ code });
  });

  it('a filter is not quoted: it may hold a card number', async () => {
    await expect(explained({ filter: '(serialNumber=0a1b2c3d' })).rejects.toMatchObject({
      message: expect.not.stringContaining('serialNumber=0a1b2c3d)('),
      cause: undefined,
    });
  });

  it('nor is a website a device', async () => {
    await addOidc(inUse.world, 'wiki', ['card-pin']);
    await expect(explained({ device: 'wiki', bind: true })).rejects.toMatchObject({
      code: 'ERR_CLIENT_PROTOCOL',
    });
  });
});
