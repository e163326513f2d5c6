import type { AuditEvent } from '../domain/audit-event.ts';
import type { CardFacts, CardId, CardKey, CardKind, CardState, RevocationScope } from '../domain/card.ts';
import type { IssuerKeyId } from '../domain/certificate-id.ts';
import type { RecordedConsent } from '../domain/consent.ts';
import type { Instant } from '../domain/instant.ts';
import type { ClientId, LoginPolicy } from '../domain/login-policy.ts';
import type { Organization, OrganizationId, Person, PersonId } from '../domain/person.ts';
import type { Invitation, RegistrationId } from '../domain/registration.ts';
import type { AppliedList, CrlRun, RevocationReason } from '../domain/revocation.ts';
import type {
  ReadClientConsents,
  ReadClientIdentifiers,
  WriteClientConsents,
  WriteClientIdentifiers,
} from './client-people-tables.ts';
import type { Client } from './clients.ts';
import type { IssuerRevocations, RevokedByIssuer } from './issuer-revocations.ts';
import type { ReadNotices, WriteNotices } from './notice-tables.ts';
import type { PasskeyChallenges, PasskeyCodes, ReadPasskeys, WritePasskeys } from './passkey-tables.ts';
import type { DirectoryTables } from './people-search.ts';
import type { ReadReaders, WriteReaders } from './reader-tables.ts';
import type { ReadRegistrations, WriteRegistrations } from './registration-tables.ts';
import type {
  ReadLogoutDeliveries,
  ReadSessionEnds,
  WriteLogoutDeliveries,
  WriteSessionEnds,
} from './session-tables.ts';
import type { ReadStations, WriteStations } from './station-tables.ts';
import type { ReadTemporaryCodes, WriteTemporaryCodes } from './temporary-code-tables.ts';

/**
 * The authoritative store. Reads see what the last finished change left; every method throws
 * `Fault` `ERR_RECORD_UNAVAILABLE` when the store cannot answer.
 */
export interface SystemRecord extends ReadTables {
  /**
   * One change: all of it on disk before the promise resolves, or none of it (also when `work` throws).
   * Cards whose facts it touched are noted in the same transaction for `pendingIndexKeys`.
   */
  change<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /** Cards whose index entry may be older than the record; survives a crash between record and index. */
  pendingIndexKeys(): Promise<readonly CardKey[]>;
  /** Forgets notes once the index holds what `factsOf` said; `facts` guards against a change in between. */
  indexed(entries: readonly IndexedCard[]): Promise<void>;
  /** What the index should hold for a key: the cards with their people, groups and organisation. */
  factsOf(cardKey: CardKey): Promise<readonly CardFacts[]>;
  close(): Promise<void>;
}

/** What the index was told about one card key. */
export interface IndexedCard {
  readonly cardKey: CardKey;
  readonly facts: readonly CardFacts[];
}

/** A card as the record keeps it; the number stands sealed. */
export interface Card {
  readonly cardId: CardId;
  readonly cardKey: CardKey;
  readonly sealedNumber: string;
  readonly kind: CardKind;
  readonly personId: PersonId;
  readonly state: CardState;
  /** The name of the card profile, for `jpki`. */
  readonly profile?: string;
  /** Ours can be lifted; the issuer's cannot. */
  readonly revokedBy?: 'operator' | 'issuer';
  readonly revocationReason?: RevocationReason;
  readonly revokedAt?: Instant;
  /** The older card of the same person and profile that this one takes the place of. */
  readonly replaces?: CardId;
  readonly retiresAt?: Instant;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly issuerKeyId?: IssuerKeyId;
  readonly provedBySignatureAt?: Instant;
  readonly revocationScope?: RevocationScope;
  readonly ocspGoodAt?: Instant;
}

export interface ReadTables {
  readonly organizations: {
    find(id: OrganizationId): Promise<Organization | undefined>;
    findByName(name: string): Promise<Organization | undefined>;
    list(): Promise<readonly Organization[]>;
  };
  readonly people: {
    /** By internal id or by `uid`. */
    find(idOrUid: string): Promise<Person | undefined>;
    list(): Promise<readonly Person[]>;
    /** Exact match on one attribute, ASCII case folded; at most `limit`. For the LDAP façade's searches of people. */
    findBy(
      attribute: 'uid' | 'mail' | 'displayName' | 'employeeNumber',
      value: string,
      limit: number,
    ): Promise<readonly Person[]>;
  };
  /** People and groups as directory clients ask for them. */
  readonly directory: DirectoryTables;
  readonly invitations: { find(codeHash: string): Promise<Invitation | undefined> };
  readonly registrations: ReadRegistrations;
  readonly cards: {
    find(id: CardId): Promise<Card | undefined>;
    findByKey(cardKey: CardKey): Promise<readonly Card[]>;
    findByPerson(personId: PersonId): Promise<readonly Card[]>;
    list(): Promise<readonly Card[]>;
    /** Cards in use, active or suspended, with `after < notAfter <= until`. */
    ending(after: Instant, until: Instant): Promise<readonly Card[]>;
    /** Cards in use whose `retiresAt` has come. */
    dueToRetire(now: Instant, limit: number): Promise<readonly Card[]>;
    /** How many cards that are active or suspended each CA key has issued. */
    countByIssuer(): Promise<ReadonlyMap<IssuerKeyId, number>>;
    /** Every revocation scope that a card in use or a pending registration names. */
    revocationScopes(): Promise<readonly RevocationScope[]>;
    /** How many `inScope` gives. */
    countInScope(scope: RevocationScope, provedSince?: Instant): Promise<number>;
    /**
     * Cards in use and pending registrations of one scope, numbers sealed: what a list is held against.
     * @param provedSince only those whose holder proved them then or later.
     */
    inScope(
      scope: RevocationScope,
      provedSince?: Instant,
    ): AsyncIterable<
      { readonly cardKey: CardKey; readonly sealedNumber: string } & (
        | { readonly cardId: CardId }
        | { readonly registrationId: RegistrationId }
      )
    >;
  };
  readonly readers: ReadReaders;
  readonly stations: ReadStations;
  readonly clients: {
    find(idOrName: string): Promise<Client | undefined>;
    list(): Promise<readonly Client[]>;
  };
  readonly appliedLists: {
    find(scope: RevocationScope): Promise<AppliedList | undefined>;
    list(): Promise<readonly AppliedList[]>;
  };
  readonly crlRuns: {
    /** The newest first. */
    list(limit: number): Promise<readonly CrlRun[]>;
  };
  readonly sessionEnds: ReadSessionEnds;
  readonly logoutDeliveries: ReadLogoutDeliveries;
  readonly notices: ReadNotices;
  readonly passkeys: ReadPasskeys;
  readonly clientIdentifiers: ReadClientIdentifiers;
  readonly clientConsents: ReadClientConsents;
  readonly consents: { find(sha256: string): Promise<RecordedConsent | undefined> };
  readonly temporaryCodes: ReadTemporaryCodes;
  readonly settings: {
    /** Small facts about the installation itself: `demo`, `setup-done`, … */
    get(name: string): Promise<string | undefined>;
  };
}

/** The tables inside one change. Writes that find another state than expected return `false` and change nothing. */
export interface Tables extends ReadTables {
  readonly audit: {
    append(event: AuditEvent): Promise<void>;
    /** The same for many at once, in this order. */
    appendAll(events: readonly AuditEvent[]): Promise<void>;
  };
  readonly organizations: ReadTables['organizations'] & {
    add(organization: Organization): Promise<void>;
    /** Touches the facts of every card of the organisation. */
    declareVerifier(id: OrganizationId, basis: string): Promise<void>;
  };
  readonly people: ReadTables['people'] & {
    /** Adds or replaces by `uid`; keeps id, state and roles of a person that exists. */
    put(person: Person): Promise<void>;
    setState(id: PersonId, from: Person['state'], to: Person['state']): Promise<boolean>;
    setRoles(id: PersonId, roles: Person['roles']): Promise<void>;
    /** Only somebody who left, and of whom nothing else is kept. */
    remove(id: PersonId): Promise<boolean>;
  };
  readonly invitations: ReadTables['invitations'] & {
    add(invitation: Invitation): Promise<void>;
    /** Once: `false` when it was used, has expired or never was. */
    use(codeHash: string, now: Instant): Promise<boolean>;
    removeOf(personId: PersonId): Promise<void>;
  };
  readonly registrations: ReadRegistrations & WriteRegistrations;
  readonly cards: ReadTables['cards'] & {
    removeOf(personId: PersonId): Promise<void>;
    add(card: Card): Promise<void>;
    /** Compare-and-set on the state. */
    update(card: Card, from: CardState): Promise<boolean>;
    /** Revokes cards in use, and marks pending registrations, in a few statements however many there are. */
    revokeByIssuer(revocations: IssuerRevocations, now: Instant): Promise<RevokedByIssuer>;
  };
  readonly readers: ReadReaders & WriteReaders;
  readonly stations: ReadStations & WriteStations;
  readonly clients: ReadTables['clients'] & {
    add(client: Client): Promise<void>;
    replaceSecret(id: ClientId, secretHash: string): Promise<boolean>;
    replacePolicy(policy: LoginPolicy): Promise<boolean>;
    /** What is kept of a client beside its name, secret and policy. */
    replaceSettings(client: Client): Promise<boolean>;
  };
  readonly appliedLists: ReadTables['appliedLists'] & { put(list: AppliedList): Promise<void> };
  readonly crlRuns: ReadTables['crlRuns'] & {
    /** Keeps the newest thousand. */
    add(run: CrlRun): Promise<void>;
  };
  readonly sessionEnds: ReadSessionEnds & WriteSessionEnds;
  readonly logoutDeliveries: ReadLogoutDeliveries & WriteLogoutDeliveries;
  readonly notices: ReadNotices & WriteNotices;
  readonly passkeys: ReadPasskeys & WritePasskeys;
  readonly clientIdentifiers: ReadClientIdentifiers & WriteClientIdentifiers;
  readonly clientConsents: ReadClientConsents & WriteClientConsents;
  readonly passkeyChallenges: PasskeyChallenges;
  readonly passkeyCodes: PasskeyCodes;
  readonly consents: ReadTables['consents'] & {
    /** Kept for ever, from its first use on. */
    keep(consent: RecordedConsent): Promise<void>;
  };
  readonly temporaryCodes: ReadTemporaryCodes & WriteTemporaryCodes;
  readonly settings: ReadTables['settings'] & { set(name: string, value: string): Promise<void> };
}
