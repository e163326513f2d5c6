import { type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import { type AcrName, toAcr } from '../../../../idp/domain/assurance.ts';
import type { CardId } from '../../../../idp/domain/card.ts';
import type { Person } from '../../../../idp/domain/person.ts';
import type { ReaderId, ReaderKind, ReaderPublicKey } from '../../../../idp/domain/reader.ts';
import { actor } from '../../../../idp/domain/registration.ts';
import { acceptTap, type TapOutcome } from '../../../../idp/flows/accept-tap.ts';
import { approveRegistration } from '../../../../idp/flows/decide-registration.ts';
import { declareVerifier } from '../../../../idp/flows/declare-verifier.ts';
import { importPeople } from '../../../../idp/flows/import-people.ts';
import { invitePerson } from '../../../../idp/flows/invite-person.ts';
import { addLdapClient, addOidcClient } from '../../../../idp/flows/manage-clients.ts';
import { addReader, enrolReader } from '../../../../idp/flows/manage-readers.ts';
import { receiveTap, signTap, type TapClaims } from '../../../../idp/wire/tap-jwt.ts';
import { begin, type Card, evidenceOf, type Offer, prove } from './cards.ts';
import { issuer, type World } from './world.ts';

export const admin = actor('os', 0);
/** Whoever is at the machine decides for every organisation. */
export const approver = actor('os', 1000);
export const organization = 'Himeji';

/** A bridge: the reader's id and the key that it made at enrolment. */
export interface TestReader {
  readonly readerId: ReaderId;
  readonly key: CryptoKey;
  /** The last count of an unprompted tap. */
  counter: number;
}

/** Staff of one organisation that is a declared verifier. */
export async function addPeople(world: World, ...uids: readonly string[]): Promise<readonly Person[]> {
  const people = uids.map((uid) => ({ uid, displayName: uid, organization, groups: ['staff'] }));
  await importPeople(world.context, { people, actor: admin });
  await declareVerifier(world.context, { organization, basis: 'test', actor: admin });
  return Promise.all(uids.map(async (uid) => (await world.context.record.people.find(uid))!));
}

export async function addEnrolledReader(
  world: World,
  name: string,
  options: { readonly kind?: ReaderKind; readonly clients?: readonly string[]; readonly group?: string } = {},
): Promise<TestReader> {
  const { kind = 'device', clients = [], ...group } = options;
  const added = await addReader(world.context, {
    name,
    kind,
    clients,
    evidence: 'certificate',
    actor: admin,
    ...group,
  });
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const { kty, crv, x, y } = await exportJWK(publicKey);
  const enrolled = await enrolReader(world.context, {
    code: added.enrolmentCode,
    publicKey: { kty, crv, x, y } as ReaderPublicKey,
  });
  if (enrolled.outcome !== 'enrolled') throw new Error(`not enrolled: ${enrolled.reason}`);
  return { readerId: added.readerId, key: privateKey, counter: 0 };
}

export async function addOidc(
  world: World,
  name: string,
  acceptedAcr: readonly AcrName[],
  pinWindowSeconds = 0,
): Promise<string> {
  const { clientId } = await addOidcClient(world.context, {
    name,
    redirectUris: ['https://client.example/callback'],
    acceptedAcr: acceptedAcr.map(toAcr),
    requiredGroups: [],
    pinWindowSeconds,
    actor: admin,
  });
  return clientId;
}

export async function addDevice(
  world: World,
  name: string,
  ownReader: boolean,
): Promise<{ clientId: string; secret: string }> {
  return addLdapClient(world.context, {
    name,
    preset: 'card-search',
    acceptedAcr: [],
    requiredGroups: [],
    addresses: [],
    allowPlaintext: false,
    ownReader,
    choices: {},
    actor: admin,
  });
}

/** What a tap says unless a test says otherwise; `evidence` defaults to the card's whole certificate. */
export type TapChanges = Partial<TapClaims> & { readonly key?: CryptoKey };

/** A tap as the bridge signs and posts it. */
export async function tapToken(
  world: World,
  reader: TestReader,
  card: Card,
  changes: TapChanges = {},
): Promise<string> {
  const { key = reader.key, ...claims } = changes;
  const counted = claims.nonce === undefined && claims.counter === undefined;
  if (counted) reader.counter += 1;
  const tap: TapClaims = {
    iss: reader.readerId,
    aud: issuer,
    iat: Math.floor(world.clock.now() / 1_000),
    jti: crypto.randomUUID(),
    evidence: evidenceOf(card),
    ...(counted ? { counter: reader.counter } : {}),
    ...claims,
  };
  return signTap(tap, key);
}

export async function tap(
  world: World,
  reader: TestReader,
  card: Card,
  changes: TapChanges = {},
): Promise<TapOutcome> {
  return post(world, await tapToken(world, reader, card, changes));
}

export function post(world: World, token: string): Promise<TapOutcome> {
  return acceptTap(world.context, receiveTap(token));
}

/** Invited and proved: the registration waits for an approver. */
export async function proveCard(
  world: World,
  person: string,
  card: Card,
  reader: TestReader,
): Promise<Offer> {
  const { code } = await invitePerson(world.context, { person, inviter: admin });
  const offer = await begin(world, reader, code);
  const outcome = await prove(world, reader, offer, card);
  if (outcome.outcome !== 'pending') throw new Error(`not pending: ${outcome.reason}`);
  return offer;
}

/** The whole way to a card that works. */
export async function registerCard(
  world: World,
  person: string,
  card: Card,
  reader: TestReader,
): Promise<CardId> {
  const { registrationId } = await proveCard(world, person, card, reader);
  const outcome = await approveRegistration(world.context, { registration: registrationId, approver });
  if (outcome.outcome !== 'approved') throw new Error(`not approved: ${outcome.reason}`);
  return outcome.cardId;
}
