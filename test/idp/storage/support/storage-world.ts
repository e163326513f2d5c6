import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CardFacts, CardId, CardKey } from '../../../../idp/domain/card.ts';
import type { IssuerKeyId } from '../../../../idp/domain/certificate-id.ts';
import { deviceProfileOf } from '../../../../idp/domain/device-presets.ts';
import type { ClientId } from '../../../../idp/domain/login-policy.ts';
import type { Organization, OrganizationId, Person, PersonId } from '../../../../idp/domain/person.ts';
import type { Reader, ReaderId } from '../../../../idp/domain/reader.ts';
import {
  type Actor,
  actor,
  type InvitedRegistration,
  type ProvedCard,
  type RegistrationId,
  type RequestedRegistration,
} from '../../../../idp/domain/registration.ts';
import type { Tap, TapId } from '../../../../idp/domain/tap.ts';
import type { LdapClient } from '../../../../idp/ports/clients.ts';
import type { Card } from '../../../../idp/ports/system-record.ts';
import type { Prompt } from '../../../../idp/ports/taps.ts';
import { HandSetClock } from '../../../support/clock.ts';

/** A moment that every test can count from. */
export const start = Date.UTC(2026, 10, 22, 9, 0, 0);

/** Stands at `start`. */
export const clock = new HandSetClock(start);

/** A directory that is removed by `remove`. */
export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'kazasu-storage-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export const issuerKeyId = '0a'.repeat(20) as IssuerKeyId;
export const scope = { issuerKeyId, distributionPoint: 'cn=crl1,o=jpki,c=jp' };
export const operator: Actor = actor('os', 0);

/** The n-th card key. */
export function cardKey(n: number): CardKey {
  return n.toString(16).padStart(32, '0') as CardKey;
}

export const organization: Organization = {
  organizationId: 'org-1' as OrganizationId,
  name: 'かざす市',
};

export function person(uid: string, changed: Partial<Person> = {}): Person {
  return {
    personId: `person-${uid}` as PersonId,
    organizationId: organization.organizationId,
    organization: organization.name,
    state: 'active',
    roles: [],
    uid,
    displayName: `Name of ${uid}`,
    mail: `${uid}@example.jp`,
    groups: ['staff', 'general-affairs'],
    ...changed,
  };
}

export function card(n: number, holder: Person, changed: Partial<Card> = {}): Card {
  return {
    cardId: `card-${n}` as CardId,
    cardKey: cardKey(n),
    sealedNumber: `sealed-${n}`,
    kind: 'jpki',
    personId: holder.personId,
    state: 'active',
    notBefore: start,
    notAfter: start + 1_000_000,
    issuerKeyId,
    provedBySignatureAt: start,
    revocationScope: scope,
    ocspGoodAt: start,
    ...changed,
  };
}

/** What the index is told of `card(n, holder)`. */
export function facts(n: number, holder: Person, changed: Partial<CardFacts> = {}): CardFacts {
  const { personId, state, uid, displayName, mail, groups, organization: name } = holder;
  const { addedAt, changedAt, unixNumber } = holder;
  return {
    cardId: `card-${n}` as CardId,
    kind: 'jpki',
    state: 'active',
    notBefore: start,
    notAfter: start + 1_000_000,
    issuerKeyId,
    provedBySignatureAt: start,
    revocationScope: scope,
    ocspGoodAt: start,
    person: {
      personId,
      state,
      uid,
      displayName,
      ...(mail === undefined ? {} : { mail }),
      organization: name,
      groups,
      ...(unixNumber === undefined ? {} : { addedAt, changedAt, unixNumber }),
    },
    organizationId: holder.organizationId,
    declaredVerifier: false,
    ...changed,
  };
}

export function registration(
  id: string,
  holder: Person,
  changed: Partial<InvitedRegistration> = {},
): InvitedRegistration {
  return {
    origin: 'invitation',
    registrationId: id as RegistrationId,
    personId: holder.personId,
    organizationId: holder.organizationId,
    readerId: 'reader-1' as ReaderId,
    inviter: operator,
    invitationHash: 'hash-of-invitation',
    state: 'begun',
    nonce: `nonce-${id}`,
    begunAt: start,
    consentSha256: 'consent',
    consentVersion: '2026-11-01',
    ...changed,
  };
}

/** What a device asked for: the n-th card. */
export function request(
  id: string,
  holder: Person,
  n: number,
  changed: Partial<RequestedRegistration> = {},
): RequestedRegistration {
  return {
    origin: 'device',
    registrationId: id as RegistrationId,
    personId: holder.personId,
    organizationId: holder.organizationId,
    clientId: 'client-printer' as ClientId,
    boundBy: 'person-bind',
    state: 'pending',
    begunAt: start,
    requested: { cardKey: cardKey(n), sealedNumber: `sealed-${n}`, kind: 'felica' },
    ...changed,
  };
}

export function proof(n: number): ProvedCard {
  return {
    cardKey: cardKey(n),
    sealedNumber: `sealed-${n}`,
    kind: 'jpki',
    issuerKeyId,
    notBefore: start,
    notAfter: start + 1_000_000,
    revocationScope: scope,
    provedAt: start,
    ocspGoodAt: start,
    sealedCertificate: 'sealed-certificate',
    profile: 'my-number-card-2016',
  };
}

export function reader(name: string, changed: Partial<Reader> = {}): Reader {
  return {
    readerId: `reader-${name}` as ReaderId,
    name,
    kind: 'device',
    state: 'awaiting-enrolment',
    evidence: 'certificate',
    group: name,
    clientIds: [],
    ...changed,
  };
}

export function ldapClient(name: string): LdapClient {
  return {
    protocol: 'ldap',
    name,
    addedAt: start,
    profile: deviceProfileOf('card-search'),
    secretHash: 'hash',
    certificateSha256s: [],
    addresses: ['127.0.0.0/8'],
    allowPlaintext: false,
    policy: {
      clientId: `client-${name}` as ClientId,
      clientState: 'active',
      acceptedAcr: ['urn:kazasu:acr:serial'],
      reader: 'own',
      organizations: 'any',
      requiredGroups: [],
      hours: [],
      tapUses: 1,
      tapFreshSeconds: 30,
      readerClockAheadSeconds: 5,
      pinWindowSeconds: 0,
      maxRevocationAgeSeconds: 86_400,
      staleGraceSeconds: 0,
      ocspOnEveryUse: false,
    },
  };
}

export function tap(id: string, changed: Partial<Tap> = {}): Tap {
  return {
    tapId: id as TapId,
    readerId: 'reader-1' as ReaderId,
    cardKey: cardKey(1),
    evidence: { type: 'certificate', kind: 'jpki', issuerKeyId },
    readAt: start,
    receivedAt: start,
    ...changed,
  };
}

/** A prompt that `tap(…, { nonce: 'nonce-ID' })` answers. */
export function prompted(id: string): Prompt {
  return {
    nonce: `nonce-${id}`,
    clientId: 'client-1' as ClientId,
    demand: 'tap',
    interactionHash: 'browser',
    openedAt: start,
    expiresAt: start + 60_000,
  };
}
