import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AcrName, toAcr } from '../../../../idp/domain/assurance.ts';
import type { CardId } from '../../../../idp/domain/card.ts';
import { parseIssuerKeyId, parseSerialNumber } from '../../../../idp/domain/certificate-id.ts';
import { Fault } from '../../../../idp/domain/fault.ts';
import type { ClientId } from '../../../../idp/domain/login-policy.ts';
import type { OrganizationId, Person, PersonId } from '../../../../idp/domain/person.ts';
import type { ReaderKind } from '../../../../idp/domain/reader.ts';
import { actor } from '../../../../idp/domain/registration.ts';
import type { FlowContext } from '../../../../idp/flows/context.ts';
import { addOidcClient } from '../../../../idp/flows/manage-clients.ts';
import { addReader } from '../../../../idp/flows/manage-readers.ts';
import { changeAndPublish } from '../../../../idp/flows/publish-cards.ts';
import { createHttpServer, type HttpServerOptions } from '../../../../idp/http/server.ts';
import type { CertificateVerifier } from '../../../../idp/ports/jpki.ts';
import { openEmbeddedStorage } from '../../../../idp/storage/embedded.ts';
import { openKeyDirectory } from '../../../../idp/storage/keys/key-directory.ts';
import { anchorDirectoryOf } from '../../../support/anchor-directory.ts';
import { HandSetClock } from '../../../support/clock.ts';
import { usualContext } from '../../../support/usual-context.ts';
import { InterruptibleOidcState } from './interruptible-oidc-state.ts';
import { SoftwareBridge, signatureOf } from './software-bridge.ts';

const issuerKeyId = parseIssuerKeyId('1ac100f596a3bc8c4b3df195e32699249e9e308a');
const day = 86_400_000;
const admin = actor('os', 0);

export interface TestClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

/** A provider on a free port over the real SQLite stores; certificates are believed, so that cards need no keys here. */
export interface RunningIdp {
  readonly issuer: string;
  readonly context: FlowContext;
  readonly clock: HandSetClock;
  readonly oidcState: InterruptibleOidcState;
  readonly log: string[];
  addPerson(uid: string, changes?: Partial<Person>): Promise<Person>;
  addCard(person: Person, serialNumber: string): Promise<CardId>;
  addClient(
    name: string,
    acceptedAcr: readonly AcrName[],
    requiredGroups?: readonly string[],
    redirectUri?: string,
  ): Promise<TestClient>;
  addBridge(name: string, clients: readonly TestClient[], kind?: ReaderKind): Promise<SoftwareBridge>;
  close(): Promise<void>;
}

/** @param changesOf what this installation has differently, such as a directory for passwords */
export async function runIdp(
  options: Partial<HttpServerOptions> = {},
  changesOf: (clock: HandSetClock) => Partial<FlowContext> = () => ({}),
): Promise<RunningIdp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kazasu-http-'));
  // The library measures its own artifacts by the machine's clock, so ours starts there.
  const clock = new HandSetClock(Date.now());
  const { server, issuer, serve } = await listenFirst();
  const keys = await openKeyDirectory(dataDir);
  const storage = await openEmbeddedStorage({ dataDir, keys, clock });
  const oidcState = new InterruptibleOidcState(storage.oidcState);
  const context: FlowContext = {
    ...usualContext({ issuer, clock, oidcState, storage, keys }),
    cardIndex: storage.cardIndex,
    anchors: anchorDirectoryOf(join(dataDir, 'anchors')),
    certificates: believingVerifier,
    ocsp: { status: async (_certificate, now) => ({ status: 'good', thisUpdate: now, evidence: nothing }) },
    crlWorker: {
      fetch: async () => ({ outcome: 'unavailable', message: 'none here' }),
      read: async () => ({
        verdict: { outcome: 'refused', reason: 'malformed' },
        sha256: '',
        octets: 0,
      }),
      close: async () => {},
    },
    ...changesOf(clock),
  };
  const log: string[] = [];
  serve(
    createHttpServer({
      context,
      cookieKeys: keys.cookieKeys,
      challengeKeys: { ...keys.challengeKey, published: [keys.challengeKey.publicJwk] },
      log: (line) => log.push(line),
      ...options,
    }).callback,
  );
  return {
    ...{ issuer, context, clock, oidcState, log },
    addPerson: (uid, changes) => addPerson(context, uid, changes),
    addCard: (person, serialNumber) => addCard(context, person, serialNumber),
    addClient: (name, acceptedAcr, requiredGroups = [], redirectUri = 'http://localhost:9/callback') =>
      addClient(context, name, acceptedAcr, requiredGroups, redirectUri),
    addBridge: async (name, clients, kind = 'workstation') => {
      const request = { name, kind, evidence: 'certificate', actor: admin } as const;
      const reader = await addReader(context, {
        ...request,
        clients: clients.map(({ clientId }) => clientId),
      });
      return SoftwareBridge.enrol(issuer, reader.enrolmentCode);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await context.sessionEnds.close();
      await storage.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

const nothing = {
  responder: 'nobody',
  producedAt: 0,
  boreNonce: true,
  response: new Uint8Array(),
  sha256: '',
};

/** Believes every certificate and knows a signature by its hash: what is verified here is not the cryptography. */
const believingVerifier: CertificateVerifier = {
  verify: (der, now) => ({
    outcome: 'verified',
    certificate: {
      profile: 'believed',
      issuerKeyId,
      serialNumber: parseSerialNumber(Buffer.from(der).toString()),
      notBefore: now - day,
      notAfter: now + day,
      der,
      issuerDer: der,
      verifies: (message, signature) => signatureOf(message).equals(signature),
    },
  }),
};

/** The issuer holds the port, so the port must be known before the provider is made. */
async function listenFirst(): Promise<{
  server: Server;
  issuer: string;
  serve: (listener: RequestListener) => void;
}> {
  let listener: RequestListener = (_request, response) => response.writeHead(503).end();
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    issuer: `http://127.0.0.1:${port}`,
    serve: (made) => {
      listener = made;
    },
  };
}

async function addPerson(
  { record }: FlowContext,
  uid: string,
  changes: Partial<Person> = {},
): Promise<Person> {
  const organizationId = 'organization-1' as OrganizationId;
  const person: Person = {
    personId: `person-of-${uid}` as PersonId,
    uid,
    displayName: '緑 花子',
    organization: '緑市',
    organizationId,
    groups: ['staff'],
    state: 'active',
    roles: [],
    ...changes,
  };
  await record.change(async (tables) => {
    if ((await tables.organizations.find(organizationId)) === undefined) {
      await tables.organizations.add({ organizationId, name: '緑市', verifierBasis: 'test' });
    }
    await tables.people.put(person);
  });
  return person;
}

async function addCard(context: FlowContext, { personId }: Person, serialNumber: string): Promise<CardId> {
  const now = context.clock.now();
  const cardKey = context.numbers.keyOf({ kind: 'jpki', value: parseSerialNumber(serialNumber) });
  const cardId = `card-${serialNumber}` as CardId;
  await changeAndPublish(context, (tables) =>
    tables.cards.add({
      cardId,
      cardKey,
      sealedNumber: context.numbers.seal(Buffer.from(serialNumber), cardKey),
      kind: 'jpki',
      personId,
      state: 'active',
      notBefore: now - day,
      notAfter: now + day,
      issuerKeyId,
      provedBySignatureAt: now - day,
      ocspGoodAt: now,
    }),
  );
  return cardId;
}

async function addClient(
  context: FlowContext,
  name: string,
  acceptedAcr: readonly AcrName[],
  requiredGroups: readonly string[],
  redirectUri: string,
): Promise<TestClient> {
  const added = await addOidcClient(context, {
    ...{ name, requiredGroups, redirectUris: [redirectUri], actor: admin },
    acceptedAcr: acceptedAcr.map(toAcr),
    pinWindowSeconds: 0,
  });
  return { clientId: added.clientId as ClientId, clientSecret: added.clientSecret, redirectUri };
}

/** What a store that is out of reach says. */
export function outage(): never {
  throw new Fault('ERR_RECORD_UNAVAILABLE', 'taken away by the test');
}
