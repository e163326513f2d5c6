import { Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLdapFlows } from '../../../connectors/ldap/kazasu-flows.ts';
import { type LdapServer, startLdapServer } from '../../../connectors/ldap/server.ts';
import type { CardId } from '../../../idp/domain/card.ts';
import type { Instant } from '../../../idp/domain/instant.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { addLdapClient } from '../../../idp/flows/manage-clients.ts';
import { changeAndPublish } from '../../../idp/flows/publish-cards.ts';
import type { Card } from '../../../idp/ports/system-record.ts';
import { Browser } from './support/browser.ts';
import { presentCard, RelyingParty } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';
import type { SoftwareBridge } from './support/software-bridge.ts';

const serialNumber = '1a2b3c4d';
const admin = actor('os', 0);

let idp: RunningIdp;
let bridge: SoftwareBridge;
let attendance: RelyingParty;
let ldap: LdapServer;
let secret: string;
let cardId: CardId;
/** A whole second, some seconds from the start. */
let end: Instant;

beforeAll(async () => {
  idp = await runIdp();
  cardId = await idp.addCard(await idp.addPerson('hanako'), serialNumber);
  const client = await idp.addClient('attendance', ['card-pin', 'certificate']);
  bridge = await idp.addBridge('desk', [client]);
  attendance = await RelyingParty.discover(idp.issuer, client);
  ({ secret } = await addLdapClient(idp.context, {
    ...{ name: 'printer', preset: 'card-search', acceptedAcr: [], requiredGroups: [], ownReader: true },
    ...{ addresses: ['127.0.0.1/32'], allowPlaintext: true, actor: admin },
    ...{ choices: {} },
  }));
  ldap = await startLdapServer({
    ...{ host: '127.0.0.1', ldapPort: 0, ldapsPort: undefined, baseDn: idp.context.ldapBaseDn },
    ...{ flows: createLdapFlows(idp.context), clock: idp.clock, log: () => {} },
  });
  end = Math.floor(idp.clock.now() / 1_000) * 1_000 + 5_000;
});

afterAll(async () => {
  await ldap?.close();
  await idp?.close();
});

/** Gives the card an end of one kind or another. */
async function give(changed: Partial<Card>): Promise<void> {
  await changeAndPublish(idp.context, async (tables) => {
    const card = await tables.cards.find(cardId);
    if (card === undefined) throw new Error('no card');
    await tables.cards.update({ ...card, ...changed }, 'active');
  });
}

/** What a browser comes to that holds the card, with or without PIN: `signed in`, or the words on the page. */
async function throughOidc(demand: 'tap' | 'pin'): Promise<string> {
  const browser = new Browser();
  const started = await attendance.start();
  const signInPage = await browser.follow(started.url);
  const now = idp.clock.now();
  const page = await presentCard(browser, signInPage, { bridge, serialNumber, demand, now });
  return new URL(page.location || page.url).searchParams.has('code') ? 'signed in' : page.text;
}

/** How many entries the printer is given for the card's number. */
async function throughLdap(): Promise<number> {
  const client = new Client({ url: `ldap://127.0.0.1:${ldap.ldapPort}` });
  try {
    await client.bind(`cn=printer,ou=devices,${idp.context.ldapBaseDn}`, secret);
    const filter = `(serialNumber=${serialNumber})`;
    const { searchEntries } = await client.search(idp.context.ldapBaseDn, { filter });
    return searchEntries.length;
  } finally {
    await client.unbind();
  }
}

async function lastDenial(): Promise<string | undefined> {
  const events = await Array.fromAsync(idp.context.audit.read());
  return events.filter(({ type }) => type === 'login.denied').at(-1)?.reason;
}

describe.each<[string, () => Partial<Card>, string]>([
  ['a certificate that ends', () => ({ notAfter: end - 1_000 }), 'card-expired'],
  [
    'a card whose overlap with a newer one ends',
    () => ({ notAfter: end + 60_000, retiresAt: end }),
    'card-retired',
  ],
])('%s', (_what, changes, reason) => {
  it('signs in up to the last millisecond, over OpenID Connect and LDAP', async () => {
    await give(changes());
    idp.clock.set(end - 1);
    expect(await throughOidc('tap')).toBe('signed in');
    expect(await throughOidc('pin')).toBe('signed in');
    expect(await throughLdap()).toBe(1);
  });

  it('is refused from the next one on, with PIN too, and told by its reason', async () => {
    idp.clock.set(end);
    expect(await throughLdap()).toBe(0);
    expect(await lastDenial()).toBe(reason);
    for (const demand of ['tap', 'pin'] as const) {
      expect(await throughOidc(demand)).not.toBe('signed in');
      expect(await lastDenial()).toBe(reason);
    }
  });
});
