import type { Person } from '../../../../idp/domain/person.ts';
import { Browser, type Page } from '../../http/support/browser.ts';
import { presentCard, RelyingParty, type StartedSignIn } from '../../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../../http/support/running-idp.ts';
import type { SoftwareBridge } from '../../http/support/software-bridge.ts';

/** One provider, one person with a card, two clients: what an attack needs. */
export interface AttackWorld {
  readonly idp: RunningIdp;
  readonly person: Person;
  /** Of another person, who attacks from the inside. */
  readonly attacker: Person;
  readonly bridge: SoftwareBridge;
  /** Accepts the card with and without PIN. */
  readonly kintai: RelyingParty;
  /** Accepts the PIN only. */
  readonly zaimu: RelyingParty;
  /** From the client's request to the redirect that brings its code. */
  signIn(
    rp: RelyingParty,
    how?: {
      readonly browser?: Browser;
      readonly demand?: 'tap' | 'pin';
      readonly card?: string;
      readonly parameters?: Record<string, string>;
    },
  ): Promise<{ readonly started: StartedSignIn; readonly callback: string; readonly browser: Browser }>;
  /** Posts a form to the token endpoint as the client does. */
  token(rp: RelyingParty, form: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

export const cardOfVictim = '0b00a1';
export const cardOfAttacker = '0b00b2';

export async function attackWorld(): Promise<AttackWorld> {
  const idp = await runIdp();
  const person = await idp.addPerson('hanako');
  const attacker = await idp.addPerson('jiro', { displayName: '赤 次郎' });
  await idp.addCard(person, cardOfVictim);
  await idp.addCard(attacker, cardOfAttacker);
  const clients = [
    await idp.addClient('勤怠 Kintai', ['card-pin', 'certificate']),
    await idp.addClient('財務 Zaimu', ['card-pin']),
  ] as const;
  const bridge = await idp.addBridge('窓口1', clients);
  const kintai = await RelyingParty.discover(idp.issuer, clients[0]);
  const zaimu = await RelyingParty.discover(idp.issuer, clients[1]);
  return {
    ...{ idp, person, attacker, bridge, kintai, zaimu },
    async signIn(rp, { browser = new Browser(), demand = 'pin', card = cardOfVictim, parameters = {} } = {}) {
      const started = await rp.start(parameters);
      const page = await browser.follow(started.url);
      const now = idp.clock.now();
      const { location } = await presentCard(browser, page, { bridge, serialNumber: card, demand, now });
      return { started, callback: location, browser };
    },
    token: (rp, form) =>
      fetch(`${idp.issuer}/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${rp.client.clientId}:${rp.client.clientSecret}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams(form),
      }),
    close: () => idp.close(),
  };
}

/** The error in the query of a redirect to the client; `null`: none. */
export function errorIn(location: string): string | null {
  return new URL(location).searchParams.get('error');
}

/** Whether a page is an error of our own, and no redirect. */
export function isRefusedHere(page: Page): boolean {
  return page.status >= 400 && page.location === '';
}
