import type { CardId, CardNumber } from '../../idp/domain/card.ts';
import type { DenialReason } from '../../idp/domain/decide-login.ts';
import type { DeviceProfile } from '../../idp/domain/device-profile.ts';
import type { DirectoryRule } from '../../idp/domain/directory-rule.ts';
import type { ClientId } from '../../idp/domain/login-policy.ts';
import type { MaybePromise } from '../../idp/domain/maybe-promise.ts';
import type { ReleasedPerson } from '../../idp/domain/person.ts';
import type { RequestRefusal } from '../../idp/domain/registration.ts';
import type { GroupLookUp, PersonLookUp } from '../../idp/ports/people-search.ts';

export type { GroupLookUp, MaybePromise, PersonLookUp };

/** A device account that proved its secret on a connection. */
export interface BoundDevice {
  readonly clientId: ClientId;
  /** The `cn` of `cn=…,ou=devices`. */
  readonly name: string;
  /** As it is at this moment: a change of it holds for the next operation. */
  readonly profile: DeviceProfile;
  /** Names the secret or certificate it proved: once that is rotated, nothing more is answered on this connection. */
  readonly credential: string;
}

export interface DeviceBindRequest {
  /** As the device spelled it; compared without regard to case. */
  readonly name: string;
  /** Taken out of the message; neither logged nor kept by the façade. */
  readonly secret: string;
  readonly remoteAddress: string;
  readonly channel: 'tls' | 'plain';
  /** A card bind proves the device only on the way to its card: one sign-in, one line of audit. */
  readonly way: 'device' | 'card-bind';
}

/** SASL EXTERNAL: the handshake proved the key of this certificate. @see RFC 4513 §5.2.3 */
export interface CertificateBindRequest {
  /** SHA-256 of the TLS client certificate, in hex. */
  readonly certificateSha256: string;
  /** The device that the client asks to be; it can only be the one of the certificate. */
  readonly name: string | undefined;
  readonly remoteAddress: string;
}

export type DeviceBindOutcome =
  | { readonly outcome: 'bound'; readonly device: BoundDevice }
  /** `confidentiality-required` is the one reason the device is told (13); every other one is 49. */
  | { readonly outcome: 'denied'; readonly reason: 'confidentiality-required' | 'invalid-credentials' };

export interface CardLogInRequest {
  readonly device: BoundDevice;
  /** `undefined`: what the device sent is spelled as no number of its profile. It is nobody's, with the same work. */
  readonly number: CardNumber | undefined;
  readonly way: 'card-search' | 'card-bind';
  readonly remoteAddress: string;
}

export type CardLogInOutcome =
  | { readonly outcome: 'granted'; readonly person: ReleasedPerson; readonly cardId?: CardId }
  /** No card of this number signs in here. The device is never told why; only unknown numbers count as guesses. */
  | { readonly outcome: 'denied'; readonly reason: DenialReason }
  /** The device account itself was disabled since it bound. */
  | { readonly outcome: 'device-denied' };

/** Which rule decided what no flow has decided: a search or comparison that is no sign-in, a bind to what nobody is. */
export interface DirectoryDecision {
  readonly op: 'bind' | 'search' | 'compare' | 'modify';
  /** `undefined`: nobody is bound. */
  readonly device: BoundDevice | undefined;
  /** Whether a person is bound, at that device. */
  readonly asPerson: boolean;
  readonly rule: DirectoryRule;
  /** Result code and entries of the answer. Never a value of the filter. */
  readonly result: number;
  readonly entries: number;
  readonly remoteAddress: string;
}

/** Somebody binds as `uid=…,ou=people`. */
export interface PersonBindRequest {
  /** As it was typed. */
  readonly uid: string;
  /** Taken out of the message; neither logged nor kept by the façade. */
  readonly password: string;
  readonly remoteAddress: string;
  readonly channel: 'tls' | 'plain';
  /** The device account that bound last on this connection: its profile rules. */
  readonly device: BoundDevice | undefined;
  /** Of the TLS client certificate that the handshake proved: its device rules where none bound. */
  readonly certificateSha256: string | undefined;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export type PersonBindOutcome =
  | {
      readonly outcome: 'bound';
      readonly device: BoundDevice;
      readonly person: ReleasedPerson;
      readonly cardId?: CardId;
    }
  | {
      readonly outcome: 'denied';
      /** `not-offered`: people do not bind at this device (53); `busy`: not now (51). Every other one is 49. */
      readonly reason: 'confidentiality-required' | 'invalid-credentials' | 'not-offered' | 'busy';
    };

/** How somebody came to be bound as a person. */
export type WayOfPerson = 'card-bind' | 'person-bind';

/** Whoever bound as a person, or by a card. */
export interface BoundPerson {
  readonly device: BoundDevice;
  readonly uid: string;
  /** The card that let the person in. */
  readonly cardId?: CardId;
}

export interface PeopleQuery {
  readonly device: BoundDevice;
  /** People for whom at least one of these holds; `undefined` asks for everybody. */
  readonly anyOf: readonly PersonLookUp[] | undefined;
  /** Only people behind this `uid`: the `next` of the part before. */
  readonly afterUid: string | undefined;
  readonly limit: number;
}

export type PeopleOutcome =
  | {
      readonly outcome: 'found';
      /** Active people whom this client may see, in the record's order of `uid`. */
      readonly people: readonly ReleasedPerson[];
      /** Where there may be more people: behind this `uid`, even if there are none in this part. */
      readonly next: string | undefined;
    }
  | { readonly outcome: 'device-denied' };

/** A card number that a device wrote into the entry of the person who is bound on that connection. */
export interface EnrolmentRequest extends BoundPerson {
  readonly boundBy: WayOfPerson;
  readonly number: CardNumber;
  readonly channel: 'tls' | 'plain';
}

export type EnrolmentOutcome =
  /** An approver will decide. `isOfAnother` counts as a guess; the device is answered alike. */
  | { readonly outcome: 'requested'; readonly isOfAnother: boolean }
  | { readonly outcome: 'refused'; readonly reason: RequestRefusal }
  | { readonly outcome: 'device-denied' };

/** A group as this client sees it. */
export interface GroupWithMembers {
  readonly name: string;
  /** Stable, and no other group's. */
  readonly number: number;
  readonly memberUids: readonly string[];
}

export interface GroupsQuery {
  readonly device: BoundDevice;
  /** Groups for which at least one of these holds; `undefined` asks for all. */
  readonly anyOf: readonly GroupLookUp[] | undefined;
  /** Only groups of a higher number: the `next` of the part before. */
  readonly afterNumber: number;
  readonly limit: number;
  /** Whose membership is to be told: everybody's, or that of these people alone. */
  readonly members: 'all' | readonly string[];
}

export type GroupsOutcome =
  | {
      readonly outcome: 'found';
      readonly groups: readonly GroupWithMembers[];
      /** Where there may be more groups: behind this number. */
      readonly next: number | undefined;
    }
  | { readonly outcome: 'device-denied' };

/**
 * What the façade needs to be a directory: a few questions, decided and audited behind them.
 * Each is asked anew for every operation, so that a suspension holds on the very next one.
 * @throws {Fault} when it cannot be found out; the façade answers 52, never 49.
 */
export interface LdapFlows {
  /** Called before answers leave: what they rest on is written down when it returns. @throws {Fault} they are not given */
  settle(): void;
  bindDevice(request: DeviceBindRequest): MaybePromise<DeviceBindOutcome>;
  bindCertificate(request: CertificateBindRequest): MaybePromise<DeviceBindOutcome>;
  logInWithCard(request: CardLogInRequest): MaybePromise<CardLogInOutcome>;
  /** Keeps it for the trail; written before the answer leaves. */
  noteDecision(decision: DirectoryDecision): void;
  bindPerson(request: PersonBindRequest): MaybePromise<PersonBindOutcome>;
  /** Whether this person may still be here: asked for what no search of people would notice. */
  stillAdmits(person: BoundPerson & { readonly by: WayOfPerson }): MaybePromise<boolean>;
  findPeople(query: PeopleQuery): MaybePromise<PeopleOutcome>;
  findGroups(query: GroupsQuery): MaybePromise<GroupsOutcome>;
  requestEnrolment(request: EnrolmentRequest): MaybePromise<EnrolmentOutcome>;
}
