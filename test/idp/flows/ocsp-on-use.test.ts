import { describe, expect, it } from 'vitest';
import type { CardId } from '../../../idp/domain/card.ts';
import { parseCardNumber } from '../../../idp/domain/card.ts';
import type { ClientId } from '../../../idp/domain/login-policy.ts';
import type { Person } from '../../../idp/domain/person.ts';
import { suspendCard } from '../../../idp/flows/change-card.ts';
import { changeClientPolicy } from '../../../idp/flows/change-client-policy.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';
import { logInFromDevice } from '../../../idp/flows/log-in-from-device.ts';
import { removeAnchor } from '../../../idp/flows/manage-anchors.ts';
import { requireClient } from '../../../idp/flows/manage-clients.ts';
import { disableReader } from '../../../idp/flows/manage-readers.ts';
import { changeAndPublish } from '../../../idp/flows/publish-cards.ts';
import { createCertificateVerifier } from '../../../idp/jpki/certificate-verifier.ts';
import type { OcspAnswer } from '../../../idp/ports/jpki.ts';
import { aCardInUse, eachTestInAWorldOfItsOwn } from './world/a-card-in-use.ts';
import type { Card } from './world/cards.ts';
import { addDevice, addEnrolledReader, admin, tap } from './world/people-and-places.ts';
import { codeOf, type World } from './world/world.ts';

let world: World;
let sato: Person;
let card: Card;
let cardId: CardId;
let unattended: string;
/** How often the issuer was asked since the card was registered. */
let asked: number;
let context: FlowContext;

eachTestInAWorldOfItsOwn(async (made) => {
  ({ world, sato, card, cardId } = await aCardInUse(made));
  unattended = await addUnattended('certificate-machine');
  asked = 0;
  context = askedWith((certificate, now) => world.context.ocsp.status(certificate, now));
});

/** A device with a reader of its own, for which the issuer is asked at every use. */
async function addUnattended(name: string): Promise<string> {
  const { clientId } = await addDevice(world, `${name}-as-added`, true);
  const added = requireClient(world.context, clientId);
  const policy = { ...added.policy, clientId: name as ClientId, ocspOnEveryUse: true };
  await world.context.record.change((tables) => tables.clients.add({ ...added, name, policy }));
  await world.context.clients.reload(world.context.record);
  return name;
}

function askedWith(status: FlowContext['ocsp']['status']): FlowContext {
  return {
    ...world.context,
    ocsp: {
      status: (certificate, now) => {
        asked += 1;
        return status(certificate, now);
      },
    },
  };
}

/** Something happens before the issuer answers. */
function meanwhile(happens: () => Promise<unknown>): void {
  context = askedWith(async (certificate, now) => {
    await happens();
    return world.context.ocsp.status(certificate, now);
  });
}

async function ask(clientId = unattended, number = parseCardNumber('jpki', card.serialNumber)) {
  const outcome = await logInFromDevice(context, { clientId, number });
  return outcome.outcome === 'granted' ? 'granted' : outcome.reason;
}

const revokeAtIssuer = () =>
  world.pki.newer.revoke(card.serialNumber, world.clock.now() - 60_000, 'keyCompromise');

describe('where the issuer is asked at every use', () => {
  it('a card of which it says good is let in, each time after asking anew', async () => {
    expect([await ask(), await ask()]).toEqual(['granted', 'granted']);
    expect(asked).toBe(2);
  });

  it('the trail says who answered, and the hash of the answer', async () => {
    await ask();
    const [granted] = await world.trail('login.granted');
    expect(granted?.details).toMatchObject({
      ocspResponder: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      ocspSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('its good is fresh word where no list spoke for a long time', async () => {
    world.clock.advance(72 * 3_600);
    const other = await addDevice(world, 'elsewhere', true);
    expect(await ask(other.clientId)).toBe('revocation-unknown');
    expect(asked).toBe(0);
    expect(await ask()).toBe('granted');
  });

  it('a card that it revoked is refused, and revoked for good: everywhere, with what rests on it', async () => {
    const other = await addDevice(world, 'elsewhere', true);
    expect(await ask(other.clientId)).toBe('granted');
    revokeAtIssuer();
    expect(await ask()).toBe('card-revoked');
    expect(await ask(other.clientId)).toBe('card-revoked');
    expect(await world.context.record.cards.find(cardId)).toMatchObject({
      ...{ state: 'revoked', revokedBy: 'issuer', revocationReason: 'keyCompromise' },
      revokedAt: Math.floor((world.clock.now() - 60_000) / 1_000) * 1_000,
    });
    expect(world.oidcState.ended).toEqual([sato.personId]);
    const [event] = await world.trail('card.revoked-by-ocsp');
    expect(event).toMatchObject({
      ...{ subject: cardId, reason: 'keyCompromise', actor: `client:${unattended}` },
      details: { ocspSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('it is not asked again about a card that it revoked', async () => {
    revokeAtIssuer();
    expect([await ask(), await ask()]).toEqual(['card-revoked', 'card-revoked']);
    expect(asked).toBe(1);
    expect(await world.trail('card.revoked-by-ocsp')).toHaveLength(1);
  });

  it('a certificate that it does not know is refused, and the card stays as it is', async () => {
    context = askedWith(async (): Promise<OcspAnswer> => ({ status: 'unknown', evidence: evidence() }));
    expect(await ask()).toBe('certificate-unknown-to-issuer');
    expect(await world.context.record.cards.find(cardId)).toMatchObject({ state: 'active' });
    const [denied] = await world.trail('login.denied');
    expect(denied).toMatchObject({ subject: cardId, details: { ocspSha256: 'e'.repeat(64) } });
  });

  it('silence is a fault, neither a yes nor a no', async () => {
    world.ocsp.isDown = true;
    expect(await codeOf(ask())).toBe('ERR_OCSP_UNAVAILABLE');
    expect(await world.trail('login.granted')).toEqual([]);
    expect(await world.trail('login.denied')).toEqual([]);
  });

  it('nobody is asked about a card that is refused anyway', async () => {
    await suspendCard(world.context, { card: cardId, actor: admin });
    world.ocsp.isDown = true;
    expect(await ask()).toBe('card-suspended');
    expect(asked).toBe(0);
  });

  it('a card that is suspended while the issuer thinks is not let in', async () => {
    context = askedWith(async (certificate, now) => {
      await suspendCard(world.context, { card: cardId, actor: admin });
      return world.context.ocsp.status(certificate, now);
    });
    expect(await ask()).toBe('card-suspended');
  });

  it('a device that is disabled while the issuer thinks lets nobody in', async () => {
    meanwhile(async () => {
      const { policy } = requireClient(world.context, unattended);
      const disabled = { ...policy, clientState: 'disabled' as const };
      await world.context.record.change((tables) => tables.clients.replacePolicy(disabled));
      await world.context.clients.reload(world.context.record);
    });
    expect(await ask()).toBe('client-disabled');
  });

  it('a card whose authority is taken from the anchors while the issuer thinks is not let in', async () => {
    meanwhile(async () => {
      for (const { fingerprint } of world.context.anchors.list()) {
        await removeAnchor(world.context, { fingerprint, actor: admin });
      }
    });
    expect(await ask()).toBe('revocation-unknown');
    expect(await world.trail('login.denied')).toMatchObject([{ details: { certificate: 'no-anchor' } }]);
  });

  it('a tap whose reader is disabled while the issuer thinks opens nothing', async () => {
    const { clientId } = await addDevice(world, 'door', false);
    await changeClientPolicy(world.context, {
      client: clientId,
      changes: { ocspOnEveryUse: true },
      actor: admin,
    });
    const reader = await addEnrolledReader(world, 'at-the-door', { clients: [clientId] });
    await tap(world, reader, card);
    expect(await ask(clientId)).toBe('granted');
    world.clock.advance(1);
    await tap(world, reader, card);
    meanwhile(() => disableReader(world.context, { reader: 'at-the-door', actor: admin }));
    expect(await ask(clientId)).toBe('reader-disabled');
  });

  it('a card whose authority is no anchor any more is refused, and nobody is asked', async () => {
    const certificates = createCertificateVerifier({ anchors: [], allowTestAuthorities: true });
    context = { ...context, certificates };
    expect(await ask()).toBe('revocation-unknown');
    expect(asked).toBe(0);
    expect(await world.trail('login.denied')).toMatchObject([{ details: { certificate: 'no-anchor' } }]);
  });

  it('a FeliCa card is let in without a question: nobody revokes it', async () => {
    const number = parseCardNumber('felica', '0123456789abcdef');
    await addFelica(number);
    const { policy, ...client } = requireClient(world.context, unattended);
    const open = {
      ...policy,
      clientId: 'felica-machine' as ClientId,
      acceptedAcr: ['urn:kazasu:acr:idm'] as const,
    };
    await world.context.record.change((tables) =>
      tables.clients.add({ ...client, name: 'felica-machine', policy: open } as typeof client & {
        policy: typeof policy;
      }),
    );
    await world.context.clients.reload(world.context.record);
    world.ocsp.isDown = true;
    expect(await ask('felica-machine', number)).toBe('granted');
    expect(asked).toBe(0);
  });
});

it('where the issuer is not asked at every use, nobody is', async () => {
  const other = await addDevice(world, 'elsewhere', true);
  world.ocsp.isDown = true;
  expect(await ask(other.clientId)).toBe('granted');
  expect(asked).toBe(0);
});

async function addFelica(number: ReturnType<typeof parseCardNumber>): Promise<void> {
  const cardKey = world.context.numbers.keyOf(number);
  const now = world.clock.now();
  await changeAndPublish(world.context, (tables) =>
    tables.cards.add({
      ...{ cardId: 'felica-1' as CardId, cardKey, kind: 'felica', personId: sato.personId, state: 'active' },
      sealedNumber: world.context.numbers.seal(Buffer.from(number.value), cardKey),
      ...{ notBefore: now, notAfter: now + 86_400_000 },
    }),
  );
}

function evidence(): OcspAnswer['evidence'] {
  const response = new Uint8Array();
  return { responder: 'nobody', producedAt: 0, boreNonce: true, response, sha256: 'e'.repeat(64) };
}
