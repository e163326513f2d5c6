import { describe, expect, it } from 'vitest';
import { Fault } from '../../../idp/domain/fault.ts';
import { bindPerson, type PersonBindRequest } from '../../../idp/flows/bind-person.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import type { PresenceChoices } from '../../../idp/flows/device-presence.ts';
import { addLdapClient, type NewLdapClient } from '../../../idp/flows/manage-clients.ts';
import { PasswordChecks } from '../../../idp/flows/password-checks.ts';
import { stillAdmitted } from '../../../idp/flows/still-admitted.ts';
import type { LdapClient } from '../../../idp/ports/clients.ts';
import { eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { addPeople, admin } from './world/people-and-places.ts';
import { codeOf, type World } from './world/world.ts';

let world: World;
let context: FlowContext;
/** Whom the directory above was asked about. */
let asked: string[];
let directory: 'up' | 'down';

eachTestInAWorldOfItsOwn(async (made) => {
  world = made;
  asked = [];
  directory = 'up';
  await addPeople(world, 'sato', 'suzuki');
  const passwords = {
    async verify({ uid }: { readonly uid: string }, password: string) {
      asked.push(uid);
      if (directory === 'down') throw new Fault('ERR_DIRECTORY_UNAVAILABLE', 'away');
      return password === `${uid}'s` ? ('right' as const) : ('wrong' as const);
    },
  };
  context = { ...world.context, passwords: new PasswordChecks(passwords, world.clock) };
});

const byPassword = { password: true, tap: false, waitSeconds: 0 };

async function addCopier(changes: Partial<NewLdapClient> & { presence?: PresenceChoices } = {}) {
  const name = changes.name ?? 'copier';
  await addLdapClient(context, {
    ...{ name, preset: 'card-search', acceptedAcr: [], requiredGroups: [], actor: admin },
    ...{ addresses: [], allowPlaintext: false, ownReader: true },
    choices: {},
    presence: { personBind: byPassword },
    ...changes,
  });
  return context.clients.find(name) as LdapClient;
}

async function bind(changes: Partial<PersonBindRequest> = {}) {
  const outcome = await bindPerson(context, {
    ...{ uid: 'sato', password: "sato's", remoteAddress: '192.0.2.7', secure: true },
    ...{ boundDevice: undefined, certificateSha256: undefined, signal: new AbortController().signal },
    ...changes,
  });
  return outcome.outcome === 'bound' ? outcome.person.uid : outcome.reason;
}

describe('a bind as a person with the password of the directory above', () => {
  it('is granted, with its assurance in the trail and the password nowhere', async () => {
    const copier = await addCopier();
    expect(await bind()).toBe('sato');
    const [granted] = await world.trail('login.granted');
    expect(granted).toMatchObject({
      actor: `client:${copier.policy.clientId}`,
      details: { acr: 'urn:kazasu:acr:password', amr: 'pwd', way: 'person-bind' },
    });
    expect(JSON.stringify(await world.trail())).not.toContain("sato's");
  });

  it('names the person in any case of letters, and is that of the person as registered', async () => {
    await addCopier();
    expect(await bind({ uid: 'SATO' })).toBe('sato');
    expect(asked).toEqual(['sato']);
  });

  it('asks the same of an unknown person and a wrong password', async () => {
    await addCopier();
    expect(await bind({ password: 'wrong' })).toBe('password-wrong');
    expect(await bind({ uid: 'nobody' })).toBe('person-unknown');
    expect(asked).toEqual(['sato', 'nobody']);
    expect(await world.trail('login.denied')).toMatchObject([
      { reason: 'password-wrong', details: { address: '192.0.2.7', way: 'person-bind' } },
      { reason: 'person-unknown', details: { address: '192.0.2.7', way: 'person-bind' } },
    ]);
  });

  it('tells nobody whether it guessed the password of somebody whom only the directory knows', async () => {
    await addCopier({
      presence: { personBind: { ...byPassword, tap: true, waitSeconds: 60 } },
      ownReader: false,
    });
    // The right one clears no account of wrong ones, and nothing is waited for after it.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await bind({ uid: 'krbtgt', password: "krbtgt's" })).toBe('person-unknown');
    }
    expect(await bind({ uid: 'krbtgt', password: "krbtgt's" })).toBe('too-many-tries');
    expect(asked).toEqual(['krbtgt', 'krbtgt', 'krbtgt']);
  });

  it('is a fault while the directory is away, and nobody has tried wrongly', async () => {
    await addCopier();
    directory = 'down';
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await codeOf(bind())).toBe('ERR_DIRECTORY_UNAVAILABLE');
    }
    directory = 'up';
    expect(await bind()).toBe('sato');
  });

  it('is not asked on after three wrong ones, and the trail says so', async () => {
    await addCopier();
    for (let attempt = 0; attempt < 3; attempt += 1) await bind({ password: 'wrong' });
    expect(await bind()).toBe('too-many-tries');
    expect(asked).toHaveLength(3);
    expect((await world.trail('login.denied')).at(-1)).toMatchObject({ reason: 'too-many-tries' });
  });

  it('is never taken in clear, whatever the device may do so', async () => {
    await addCopier({ allowPlaintext: true, addresses: ['192.0.2.0/24'] });
    expect(await bind({ secure: false })).toBe('plaintext-not-allowed');
    expect(asked).toEqual([]);
  });

  it('is refused before anything is asked where the device refuses everybody', async () => {
    const elsewhere = await addCopier({ name: 'elsewhere', addresses: ['198.51.100.0/24'] });
    expect(await bind({ boundDevice: elsewhere })).toBe('address-not-allowed');
    const cardsOnly = await addCopier({ name: 'cards only', presence: {} });
    expect(await bind({ boundDevice: cardsOnly })).toBe('way-not-allowed');
    const hours = [{ days: [], fromMinute: 0, untilMinute: 1 }];
    const closed = await addCopier({ name: 'closed', presence: { personBind: byPassword, hours } });
    expect(await bind({ boundDevice: closed })).toBe('outside-hours');
    expect(await bind({ boundDevice: 'disabled' })).toBe('device-disabled');
    expect(asked).toEqual([]);
  });

  it('is for the people whom the device is for', async () => {
    await addCopier({ requiredGroups: ['tax'] });
    expect(await bind()).toBe('group-required');
  });

  it('is told apart from a wrong password where no directory is configured', async () => {
    await addCopier();
    context = { ...context, passwords: new PasswordChecks(undefined, world.clock) };
    expect(await bind()).toBe('no-directory');
  });

  it('ends with the suspension of the person, at once', async () => {
    const { policy } = await addCopier();
    expect(await stillAdmitted(context, policy, { uid: 'sato' })).toBe(true);
    await suspendPerson(context, { person: 'sato', actor: admin });
    expect(await stillAdmitted(context, policy, { uid: 'sato' })).toBe(false);
    expect(await bind()).toBe('person-suspended');
  });

  it('does not let in who was suspended while the directory thought', async () => {
    await addCopier();
    const slow = {
      async verify() {
        await suspendPerson(context, { person: 'sato', actor: admin });
        return 'right' as const;
      },
    };
    context = { ...context, passwords: new PasswordChecks(slow, world.clock) };
    expect(await bind()).toBe('person-suspended');
  });
});
