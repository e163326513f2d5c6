import type { LoginPolicy } from '../domain/login-policy.ts';
import type { Person } from '../domain/person.ts';

/** Whom a client is for: the same people who could sign in there. */
export type Audience = Pick<LoginPolicy, 'organizations' | 'requiredGroups'>;

/** By what people are found: names without regard to case and width, `unixNumber` in digits. */
export interface PersonLookUp {
  readonly attribute: 'uid' | 'mail' | 'displayName' | 'employeeNumber' | 'group' | 'unixNumber';
  readonly value: string;
}

/** By what groups are found: `name` without regard to case and width, `number` in digits, `memberUid` one of the members. */
export interface GroupLookUp {
  readonly attribute: 'name' | 'number' | 'memberUid';
  readonly value: string;
}

export interface PeopleSearch {
  readonly audience: Audience;
  /** People for whom at least one holds; `undefined`: everybody. */
  readonly anyOf: readonly PersonLookUp[] | undefined;
  /** Only people whose `uid` sorts after this one, ASCII case folded. */
  readonly afterUid: string | undefined;
  readonly limit: number;
}

/** A part of a list: where `next` is given there may be more, asked for from behind it, even if this part is empty. */
export interface FoundPeople {
  readonly people: readonly Person[];
  readonly next: string | undefined;
}

export interface GroupSearch {
  readonly anyOf: readonly GroupLookUp[] | undefined;
  /** Only groups of a higher number. */
  readonly afterNumber: number;
  readonly limit: number;
}

/** A group by the name under which its first member came, with its number for ever. */
export interface FoundGroup {
  readonly name: string;
  readonly number: number;
}

export interface MemberSearch {
  readonly group: number;
  readonly audience: Audience;
  /** Only those among these; `undefined`: all. */
  readonly among: readonly string[] | undefined;
  readonly afterUid: string | undefined;
  readonly limit: number;
}

/** How a directory is asked: page by page, by indexed attributes, without reading everybody. */
export interface DirectoryTables {
  /**
   * Active people of an audience by `uid`. A call looks at a bounded number of rows, so that one that matches few
   * comes back with few or none and a `next`.
   */
  searchPeople(search: PeopleSearch): Promise<FoundPeople>;
  /** Groups by number, whether or not an audience sees anybody in them. */
  searchGroups(search: GroupSearch): Promise<readonly FoundGroup[]>;
  /** Active members of an audience by `uid`, bounded like people. */
  membersOf(
    search: MemberSearch,
  ): Promise<{ readonly uids: readonly string[]; readonly next: string | undefined }>;
}

/** People that can be looked up at once, where the record is on this machine: each look-up sees what the last change left. */
export interface PeopleAtHand {
  /** Of every state; names as DNs compare them. @throws {Fault} `ERR_RECORD_UNAVAILABLE` */
  byUid(uid: string): readonly Person[];
}
