import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { openSystem, serve } from '../../idp/compose.ts';
import { readConfig } from '../../idp/config.ts';
import { generateRsaKeyPair } from '../../idp/demo/authority/certification-authority.ts';
import { wishedOrFreePort } from '../../idp/demo/free-port.ts';
import { toAcr } from '../../idp/domain/assurance.ts';
import type { CardId } from '../../idp/domain/card.ts';
import { parseIssuerKeyId, parseSerialNumber } from '../../idp/domain/certificate-id.ts';
import type { OrganizationId, PersonId } from '../../idp/domain/person.ts';
import type { ReaderPublicKey } from '../../idp/domain/reader.ts';
import { actor } from '../../idp/domain/registration.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { addOidcClient } from '../../idp/flows/manage-clients.ts';
import { addReader, enrolReader } from '../../idp/flows/manage-readers.ts';
import { changeAndPublish } from '../../idp/flows/publish-cards.ts';
import { benchAuthority } from './bench-authority.ts';
import { announce } from './oidc-target.ts';

/**
 * `oidc-ours.ts DIRECTORY [CRL-SOURCE [BRIDGE-URL REDIRECT-URI]]`: the whole system as `start` composes it, with people whose certificates are
 * verified. The authority's key is the one in the directory, where there is one.
 */
const cards = 200;
const readers = 64;
const redirectUri = 'http://localhost:9/callback';
const admin = actor('os', 'bench');
const [directory = '', crlSource = '', bridgeUrl, browserRedirectUri] = process.argv.slice(2);
const dayMs = 86_400_000;
const now = Date.now();

const authority = await benchAuthority(directory);
const anchors = join(directory, 'anchors');
mkdirSync(anchors, { recursive: true });
writeFileSync(join(anchors, 'authority.cer'), authority.certificate);
const port = await wishedOrFreePort(0);
const issuer = `http://127.0.0.1:${port}`;
const config = readConfig(
  {
    KAZASU_ISSUER: issuer,
    KAZASU_PORT: String(port),
    KAZASU_DATA_DIR: join(directory, 'data'),
    KAZASU_LDAP_PORT: String(await wishedOrFreePort(0)),
    KAZASU_LDAPS_PORT: String(await wishedOrFreePort(0)),
    KAZASU_JPKI_ANCHORS: anchors,
    KAZASU_JPKI_ALLOW_TEST_CA: 'true',
    KAZASU_CRL_SOURCES: crlSource,
  },
  '',
);
const log = (line: string) => console.error(line);
const system = await openSystem(config, { log });
const { context } = system;
const addBenchClient = (name: string, idTokenAlg: 'ES256' | 'RS256') =>
  addOidcClient(context, {
    name,
    settings: { idTokenAlg },
    redirectUris: [redirectUri, ...(browserRedirectUri === undefined ? [] : [browserRedirectUri])],
    acceptedAcr: [toAcr('certificate')],
    requiredGroups: [],
    pinWindowSeconds: 0,
    actor: admin,
  });
const client = await addBenchClient('bench', 'ES256');
const rsaClient = await addBenchClient('bench RSA', 'RS256');
const certificates = await addCards(context);
const enrolled = await addReaders(context, [client.clientId, rsaClient.clientId]);
await serve(system, { log, ...(bridgeUrl === undefined ? {} : { bridgeUrl }) });
announce({
  issuer,
  authorizationEndpoint: `${issuer}/authorize`,
  tokenEndpoint: `${issuer}/token`,
  clientId: client.clientId,
  clientSecret: client.clientSecret ?? '',
  rsaClient: { clientId: rsaClient.clientId, clientSecret: rsaClient.clientSecret ?? '' },
  redirectUri,
  readers: enrolled,
  certificates,
});

async function addCards({
  record,
  numbers,
  certificates: verifier,
}: FlowContext): Promise<readonly string[]> {
  const holder = await generateRsaKeyPair();
  const organizationId = 'bench' as OrganizationId;
  await record.change((tables) =>
    tables.organizations.add({ organizationId, name: 'Bench', verifierBasis: 'bench' }),
  );
  const issuerKeyId = parseIssuerKeyId(authority.issuerKeyId);
  const issued = Array.from({ length: cards }, () =>
    authority.issueUserCertificate({ publicKey: holder.publicKey, notBefore: now - dayMs }),
  );
  await changeAndPublish(context, async (tables) => {
    for (const [index, { certificate, serialNumber, notBefore, notAfter }] of issued.entries()) {
      const verdict = verifier.verify(certificate, now);
      if (verdict.outcome === 'refused') throw new Error(verdict.reason);
      const { revocationScope } = verdict.certificate;
      const personId = `person-${index}` as PersonId;
      await tables.people.put({
        ...{
          personId,
          uid: `uid${index}`,
          displayName: `Person ${index}`,
          organization: 'Bench',
          organizationId,
        },
        ...{ groups: ['staff'], state: 'active', roles: [] },
      });
      const cardKey = numbers.keyOf({ kind: 'jpki', value: parseSerialNumber(serialNumber) });
      await tables.cards.add({
        ...{
          cardId: `card-${index}` as CardId,
          cardKey,
          kind: 'jpki',
          personId,
          state: 'active',
          issuerKeyId,
        },
        ...{ notBefore, notAfter, provedBySignatureAt: now - dayMs, ocspGoodAt: now },
        ...(revocationScope === undefined ? {} : { revocationScope }),
        sealedNumber: numbers.seal(Buffer.from(serialNumber), cardKey),
      });
    }
  });
  return issued.map(({ certificate }) => Buffer.from(certificate).toString('base64'));
}

async function addReaders(flows: FlowContext, clients: readonly string[]) {
  const made: { readerId: string; privateKey: JWK }[] = [];
  for (let index = 0; index < readers; index += 1) {
    const request = {
      name: `reader ${index}`,
      kind: 'workstation',
      evidence: 'certificate',
      actor: admin,
    } as const;
    const { readerId, enrolmentCode } = await addReader(flows, { ...request, clients });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }) as ReaderPublicKey;
    await enrolReader(flows, { code: enrolmentCode, publicKey });
    made.push({ readerId, privateKey: privateKey.export({ format: 'jwk' }) as JWK });
  }
  return made;
}
