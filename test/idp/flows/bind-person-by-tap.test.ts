import { describe, expect, it } from 'vitest';
import { bindPerson, type PersonBindRequest } from '../../../idp/flows/bind-person.ts';
import { suspendCard } from '../../../idp/flows/change-card.ts';
import { suspendPerson } from '../../../idp/flows/change-person.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { addLdapClient } from '../../../idp/flows/manage-clients.ts';
import { PasswordChecks } from '../../../idp/flows/password-checks.ts';
import { stillAdmitted } from '../../../idp/flows/still-admitted.ts';
import type { LdapClient } from '../../../idp/ports/clients.ts';
import { aCardInUse, type CardInUse, eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import { addEnrolledReader, admin, type TestReader, tap } from './world/people-and-places.ts';
import { codeOf } from './world/world.ts';

let place: CardInUse;
let context: FlowContext;
let copier: LdapClient;
let reader: TestReader;

eachTestInAWorldOfItsOwn(async (world) => {
  place = await aCardInUse(world);
  const passwords = {
    async verify({ uid }: { readonly uid: string }, password: string) {
      return password === `${uid}'s` ? ('right' as const) : ('wrong' as const);
    },
  };
  context = { ...world.context, passwords: new PasswordChecks(passwords, world.clock) };
  copier = await addCopier('copier', { password: false, tap: true, waitSeconds: 0 });
  reader = await addEnrolledReader(world, 'copier-reader', { clients: ['copier'] });
});

type Demand = NonNullable<LdapClient['profile']['personBind']>;

async function addCopier(name: string, personBind: Demand, tapUses = 1) {
  await addLdapClient(context, {
    ...{ name, preset: 'card-search', acceptedAcr: [], requiredGroups: [], actor: admin },
    ...{ addresses: [], allowPlaintext: false, ownReader: false, choices: {} },
    presence: { personBind, tapUses },
  });
  return context.clients.find(name) as LdapClient;
}

async function bind(changes: Partial<PersonBindRequest> = {}) {
  const outcome = await bindPerson(context, {
    ...{ uid: 'sato', password: 'anything', remoteAddress: '192.0.2.7', secure: true },
    ...{ boundDevice: copier, certificateSha256: undefined, signal: new AbortController().signal },
    ...changes,
  });
  return outcome.outcome === 'bound' ? outcome.person.uid : outcome.reason;
}

const hold = () => tap(place.world, reader, place.card);

describe('a bind as a person with a tap', () => {
  it('is granted by a fresh tap of the own card at the reader of the device, once', async () => {
    expect(await bind()).toBe('tap-missing');
    await hold();
    expect(await bind()).toBe('sato');
    expect(await bind()).toBe('tap-missing');
    const [granted, ...more] = await place.world.trail('login.granted');
    expect(more).toEqual([]);
    expect(granted).toMatchObject({
      subject: place.cardId,
      details: { acr: 'urn:kazasu:acr:certificate', amr: 'user', person: place.sato.personId },
    });
  });

  it('is not granted to somebody else, nor does that take the tap', async () => {
    await hold();
    expect(await bind({ uid: 'suzuki' })).toBe('tap-missing');
    expect(await bind({ uid: 'nobody' })).toBe('person-unknown');
    expect(await bind()).toBe('sato');
  });

  it('is not granted by a tap that is stale, or at a reader of something else', async () => {
    await hold();
    place.world.clock.advance(31);
    expect(await bind()).toBe('tap-missing');
    const elsewhere = await addEnrolledReader(place.world, 'elsewhere', { clients: [place.printer] });
    await tap(place.world, elsewhere, place.card);
    expect(await bind()).toBe('tap-missing');
  });

  it('is refused by the rules of cards', async () => {
    await hold();
    await suspendCard(context, { card: place.cardId, actor: admin });
    expect(await bind()).toBe('card-suspended');
  });

  it('needs the password too where both are demanded, and asks for it first', async () => {
    const both = await addCopier('both', { password: true, tap: true, waitSeconds: 0 });
    reader = await addEnrolledReader(place.world, 'second', { clients: ['both'] });
    await hold();
    expect(await bind({ boundDevice: both })).toBe('password-wrong');
    expect(await bind({ boundDevice: both, password: "sato's" })).toBe('sato');
    expect(await bind({ boundDevice: both, password: "sato's" })).toBe('tap-missing');
    expect((await place.world.trail('login.granted')).at(-1)).toMatchObject({
      details: { acr: 'urn:kazasu:acr:certificate', amr: 'pwd user', way: 'person-bind' },
    });
  });

  it('ends with the suspension of the card, or of the person', async () => {
    const { policy } = copier;
    const bound = { uid: 'sato', cardId: place.cardId };
    expect(await stillAdmitted(context, policy, bound)).toBe(true);
    await suspendCard(context, { card: place.cardId, actor: admin });
    expect(await stillAdmitted(context, policy, bound)).toBe(false);
    expect(await stillAdmitted(context, policy, { uid: 'sato' })).toBe(true);
  });

  it('is not set up for a device that reads cards itself', async () => {
    const adding = addLdapClient(context, {
      ...{ name: 'own', preset: 'card-search', acceptedAcr: [], requiredGroups: [], actor: admin },
      ...{ addresses: [], allowPlaintext: false, ownReader: true, choices: {} },
      presence: { personBind: { password: true, tap: true, waitSeconds: 0 } },
    });
    expect(await codeOf(adding)).toBe('ERR_PERSON_BIND');
  });
});

describe('a bind as a person that waits for the tap', () => {
  let waits: LdapClient;
  const waitAt = async (seconds: number) => {
    waits = await addCopier('waits', { password: false, tap: true, waitSeconds: seconds });
    reader = await addEnrolledReader(place.world, 'beside', { clients: ['waits'] });
  };

  it('is granted by the tap that comes', async () => {
    await waitAt(60);
    const bound = bind({ boundDevice: waits });
    await hold();
    expect(await bound).toBe('sato');
  });

  it('waits for the right card', async () => {
    await waitAt(60);
    const bound = bind({ boundDevice: waits });
    const others = bind({ boundDevice: waits, uid: 'suzuki', signal: AbortSignal.timeout(500) });
    await hold();
    expect(await bound).toBe('sato');
    expect(await others).toBe('tap-missing');
  });

  it('is refused when the person was suspended meanwhile', async () => {
    await waitAt(60);
    const bound = bind({ boundDevice: waits });
    await suspendPerson(context, { person: 'sato', actor: admin });
    await hold();
    expect(await bound).toBe('person-suspended');
  });

  it('leaves the tap to the next when nobody waits any more', async () => {
    await waitAt(60);
    const gone = new AbortController();
    const bound = bind({ boundDevice: waits, signal: gone.signal });
    gone.abort();
    expect(await bound).toBe('tap-missing');
    await hold();
    expect(await bind({ boundDevice: waits })).toBe('sato');
  });

  it('waits for nobody where the password was wrong', async () => {
    const both = await addCopier('both', { password: true, tap: true, waitSeconds: 60 });
    expect(await bind({ boundDevice: both })).toBe('password-wrong');
    expect(await bind({ boundDevice: both, uid: 'nobody' })).toBe('person-unknown');
  });
});
