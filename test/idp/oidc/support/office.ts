import * as openid from 'openid-client';
import { type AcrName, toAcr } from '../../../../idp/domain/assurance.ts';
import type { Person } from '../../../../idp/domain/person.ts';
import { actor } from '../../../../idp/domain/registration.ts';
import { addOidcClient, type NewOidcClient } from '../../../../idp/flows/manage-clients.ts';
import { assignReader } from '../../../../idp/flows/manage-readers.ts';
import type { HttpServerOptions } from '../../../../idp/http/server.ts';
import { Browser, type Page } from '../../http/support/browser.ts';
import { presentCard } from '../../http/support/relying-party.ts';
import { type RunningIdp, runIdp } from '../../http/support/running-idp.ts';
import type { SoftwareBridge } from '../../http/support/software-bridge.ts';

const admin = actor('os', 0);
const serialNumber = '0b00c1';
export const redirectUri = 'http://localhost:9/callback';

export interface OfficeClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

/** A provider with one person who has a card, one reader, and whatever clients a test needs. */
export interface Office {
  readonly idp: RunningIdp;
  readonly person: Person;
  add(name: string, client?: Partial<NewOidcClient>, acceptedAcr?: readonly AcrName[]): Promise<OfficeClient>;
  /** From an authorization URL to the redirect that brings the answer. */
  visit(url: string, browser?: Browser): Promise<Page>;
  close(): Promise<void>;
}

export async function openOffice(options: Partial<HttpServerOptions> = {}): Promise<Office> {
  const idp = await runIdp(options);
  const person = await idp.addPerson('hanako', {
    ...{ mail: 'hanako@midori.example.jp', employeeNumber: '001234', department: '税務課' },
    groups: ['staff', 'lib-readers', 'lib-staff'],
  });
  await idp.addCard(person, serialNumber);
  let bridge: SoftwareBridge | undefined;
  return {
    idp,
    person,
    async add(name, client = {}, acceptedAcr = ['card-pin']) {
      const added = await addOidcClient(idp.context, {
        ...{ name, requiredGroups: [], redirectUris: [redirectUri], actor: admin, pinWindowSeconds: 0 },
        acceptedAcr: acceptedAcr.map(toAcr),
        ...client,
      });
      const made = { ...added, redirectUri: client.redirectUris?.[0] ?? redirectUri };
      if (bridge === undefined) bridge = await idp.addBridge('窓口', [made]);
      else await assignReader(idp.context, { reader: '窓口', clientId: added.clientId });
      return made;
    },
    async visit(url, browser = new Browser()) {
      const page = await browser.follow(url);
      if (!page.text.includes('/present?demand=pin')) return page;
      const now = idp.clock.now();
      if (bridge === undefined) throw new Error('no client yet');
      return presentCard(browser, page, { bridge, serialNumber, demand: 'pin', now });
    },
    close: () => idp.close(),
  };
}

/** What an integrator writes down of a client, for `openid-client`. */
export function discover(
  { idp }: Office,
  clientId: string,
  metadata?: string | Partial<openid.ClientMetadata>,
  authentication?: openid.ClientAuth,
): Promise<openid.Configuration> {
  return openid.discovery(new URL(idp.issuer), clientId, metadata, authentication, {
    execute: [openid.allowInsecureRequests],
  });
}

/** One sign-in as it is begun. */
export interface Begun {
  readonly parameters: Record<string, string>;
  readonly checks: openid.AuthorizationCodeGrantChecks;
}

export async function begin(more: Record<string, string> = {}): Promise<Begun> {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const expectedState = openid.randomState();
  return {
    parameters: {
      ...{ redirect_uri: redirectUri, scope: 'openid', state: expectedState },
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...more,
    },
    checks: { pkceCodeVerifier, expectedState, idTokenExpected: true },
  };
}
