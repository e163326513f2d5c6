import type { Instant } from './instant.ts';

export type PersonId = string & { readonly __brand: 'PersonId' };
export type OrganizationId = string & { readonly __brand: 'OrganizationId' };

/** `left`: no longer of the organisation; nothing of this person signs in. */
export type PersonState = 'active' | 'suspended' | 'left';

/** What a person may do beyond using the own cards, within the own organisation. */
export type Role = 'approver' | 'administrator' | 'auditor';

/** What a client may come to know of a person: the attributes an OIDC claim or an LDAP entry is made of. */
export interface ReleasedPerson {
  readonly uid: string;
  readonly displayName: string;
  readonly displayNameKana?: string;
  readonly mail?: string;
  readonly employeeNumber?: string;
  readonly organization: string;
  readonly department?: string;
  readonly title?: string;
  readonly groups: readonly string[];
  /** Of the record; absent in what was not read from it. */
  readonly personId?: PersonId;
  /** When the record first and last wrote what clients see of this person, in whole seconds; the record sets it. */
  readonly addedAt?: Instant;
  readonly changedAt?: Instant;
  /** Of the Unix account, from 1: given once by the record and never to anybody else. */
  readonly unixNumber?: number;
}

/** A holder of cards: staff, or any user of a connected system. */
export interface Person extends ReleasedPerson {
  readonly personId: PersonId;
  readonly organizationId: OrganizationId;
  readonly state: PersonState;
  readonly roles: readonly Role[];
}

/** An organisation that shares the installation; every person belongs to one. */
export interface Organization {
  readonly organizationId: OrganizationId;
  readonly name: string;
  /** Why PIN-less use of My Number Cards is allowed: the notified verifier's basis, as the operator wrote it. */
  readonly verifierBasis?: string;
}
