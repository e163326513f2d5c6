import { hash, timingSafeEqual } from 'node:crypto';
import type {
  BoundDevice,
  BoundPerson,
  DirectoryDecision,
  GroupLookUp,
  GroupWithMembers,
  LdapFlows,
  PersonBindOutcome,
  PersonBindRequest,
  PersonLookUp,
} from '../../../../connectors/ldap/directory-service.ts';
import { deviceProfileOf } from '../../../../idp/domain/device-presets.ts';
import type { DevicePreset, DeviceProfile } from '../../../../idp/domain/device-profile.ts';
import { Fault } from '../../../../idp/domain/fault.ts';
import { foldText } from '../../../../idp/domain/fold-text.ts';
import type { ClientId } from '../../../../idp/domain/login-policy.ts';
import type { ReleasedPerson } from '../../../../idp/domain/person.ts';
import type { RequestRefusal } from '../../../../idp/domain/registration.ts';

export interface TestDevice {
  readonly name: string;
  readonly secret: string;
  readonly secretHash: Buffer;
  readonly profile: DeviceProfile;
  readonly allowPlaintext: boolean;
  readonly certificateSha256?: string;
  disabled: boolean;
}

/** A small directory that tests change between two operations; `answers: 'later'` makes every answer a promise. */
export class InMemoryDirectory implements LdapFlows {
  readonly people = new Map<string, ReleasedPerson>();
  readonly uidOfCard = new Map<string, string>();
  readonly suspended = new Set<string>();
  readonly devices = new Map<string, TestDevice>();
  readonly passwords = new Map<string, string>();
  readonly logIns: { readonly number: string; readonly way: string }[] = [];
  readonly decisions: DirectoryDecision[] = [];
  /** Cards that devices asked for. */
  readonly requests: { readonly uid: string; readonly boundBy: string; readonly number: string }[] = [];
  requestRefusal: RequestRefusal | undefined;
  outage = false;
  cannotWrite = false;
  answers: 'at-once' | 'later' = 'at-once';

  addPerson(uid: string, card: string | undefined, more: Partial<ReleasedPerson> = {}): void {
    this.people.set(uid, {
      uid,
      displayName: uid,
      mail: `${uid}@example.jp`,
      organization: 'みどり市',
      groups: [],
      ...more,
    });
    if (card !== undefined) this.uidOfCard.set(card, uid);
  }

  addDevice(name: string, preset: DevicePreset, more: Partial<TestDevice> = {}) {
    const secret = more.secret ?? `secret-of-${name}`;
    const device: TestDevice = {
      name,
      secret,
      secretHash: sha256(secret),
      profile: deviceProfileOf(preset),
      allowPlaintext: true,
      disabled: false,
      ...more,
    };
    this.devices.set(name.toLowerCase(), device);
    return device;
  }

  deviceOfPeople(): BoundDevice | undefined {
    const device = [...this.devices.values()].find(({ profile }) => profile.ways.includes('person-bind'));
    return (
      device && {
        ...{ clientId: device.name as ClientId, name: device.name },
        ...{ profile: device.profile, credential: device.secret },
      }
    );
  }

  settle(): void {
    if (this.cannotWrite) throw new Fault('ERR_AUDIT_UNAVAILABLE', 'The disk is full.');
  }

  bindCertificate({ certificateSha256, name: asked }: Parameters<LdapFlows['bindCertificate']>[0]) {
    return this.#answer<Awaited<ReturnType<LdapFlows['bindCertificate']>>>(() => {
      const device = [...this.devices.values()].find((one) => one.certificateSha256 === certificateSha256);
      const another = asked !== undefined && asked.toLowerCase() !== device?.name.toLowerCase();
      if (device === undefined || device.disabled || another) {
        return { outcome: 'denied', reason: 'invalid-credentials' };
      }
      const { name, profile } = device;
      const clientId = name as ClientId;
      return { outcome: 'bound', device: { clientId, name, profile, credential: certificateSha256 } };
    });
  }

  bindDevice({ name, secret, channel }: Parameters<LdapFlows['bindDevice']>[0]) {
    return this.#answer<Awaited<ReturnType<LdapFlows['bindDevice']>>>(() => {
      const device = this.devices.get(name.toLowerCase());
      if (channel === 'plain' && device?.allowPlaintext !== true) {
        return { outcome: 'denied', reason: 'confidentiality-required' };
      }
      const matches = timingSafeEqual(sha256(secret), device?.secretHash ?? nobodysHash);
      if (device === undefined || device.disabled || !matches) {
        return { outcome: 'denied', reason: 'invalid-credentials' };
      }
      const bound = {
        clientId: device.name as ClientId,
        name: device.name,
        profile: device.profile,
        credential: device.secret,
      };
      return { outcome: 'bound', device: bound };
    });
  }

  bindPerson({ uid, password, channel, device }: PersonBindRequest) {
    return this.#answer<PersonBindOutcome>(() => {
      if (channel === 'plain') return { outcome: 'denied', reason: 'confidentiality-required' };
      if (device?.profile.ways.includes('person-bind') === false) {
        return { outcome: 'denied', reason: 'not-offered' };
      }
      const person = this.people.get(uid.toLowerCase());
      const right = this.passwords.get(uid.toLowerCase()) === password && !this.suspended.has(uid);
      const rules = device ?? this.deviceOfPeople();
      if (person === undefined || rules === undefined || !right) {
        return { outcome: 'denied', reason: 'invalid-credentials' };
      }
      return { outcome: 'bound', device: rules, person };
    });
  }

  stillAdmits({ device, uid }: BoundPerson) {
    return this.#answer(() => !this.#isGone(device.clientId) && !this.suspended.has(uid));
  }

  logInWithCard({ device: { clientId }, number, way }: Parameters<LdapFlows['logInWithCard']>[0]) {
    return this.#answer<Awaited<ReturnType<LdapFlows['logInWithCard']>>>(() => {
      if (this.#isGone(clientId)) return { outcome: 'device-denied' };
      this.logIns.push({ number: number?.value ?? 'none', way });
      const uid = this.uidOfCard.get(number?.value ?? '');
      if (uid !== undefined && this.suspended.has(uid))
        return { outcome: 'denied', reason: 'person-suspended' };
      const person = uid === undefined ? undefined : this.people.get(uid);
      if (person === undefined) return { outcome: 'denied', reason: 'unknown-card' };
      return { outcome: 'granted', person };
    });
  }

  noteDecision(decision: DirectoryDecision): void {
    this.decisions.push(decision);
  }

  findPeople({ device: { clientId }, anyOf, afterUid, limit }: Parameters<LdapFlows['findPeople']>[0]) {
    return this.#answer<Awaited<ReturnType<LdapFlows['findPeople']>>>(() => {
      if (this.#isGone(clientId)) return { outcome: 'device-denied' };
      const found = [...this.people.values()]
        .filter(({ uid }) => !this.suspended.has(uid) && (afterUid === undefined || uid > afterUid))
        .filter((person) => anyOf === undefined || anyOf.some((lookUp) => holds(person, lookUp)))
        .sort((a, b) => (a.uid < b.uid ? -1 : 1));
      const people = found.slice(0, limit);
      return { outcome: 'found', people, next: found.length > limit ? people.at(-1)?.uid : undefined };
    });
  }

  requestEnrolment({
    device: { clientId },
    uid,
    boundBy,
    number,
  }: Parameters<LdapFlows['requestEnrolment']>[0]) {
    return this.#answer<Awaited<ReturnType<LdapFlows['requestEnrolment']>>>(() => {
      if (this.#isGone(clientId)) return { outcome: 'device-denied' };
      if (this.suspended.has(uid)) return { outcome: 'refused', reason: 'person-not-admitted' };
      if (this.requestRefusal !== undefined) return { outcome: 'refused', reason: this.requestRefusal };
      this.requests.push({ uid, boundBy, number: number.value });
      const holder = this.uidOfCard.get(number.value);
      return { outcome: 'requested', isOfAnother: holder !== undefined && holder !== uid };
    });
  }

  findGroups(query: Parameters<LdapFlows['findGroups']>[0]) {
    return this.#answer<Awaited<ReturnType<LdapFlows['findGroups']>>>(() => {
      const { device, anyOf, afterNumber, limit } = query;
      if (this.#isGone(device.clientId)) return { outcome: 'device-denied' };
      const found = this.#groups()
        .filter(({ number }) => number > afterNumber)
        .filter((group) => anyOf === undefined || anyOf.some((lookUp) => isMeant(group, lookUp)));
      const groups = found.slice(0, limit);
      return { outcome: 'found', groups, next: found.length > limit ? groups.at(-1)?.number : undefined };
    });
  }

  #groups(): readonly GroupWithMembers[] {
    const members = new Map<string, string[]>();
    for (const { uid, groups } of this.people.values()) {
      if (this.suspended.has(uid)) continue;
      for (const group of groups) members.set(group, [...(members.get(group) ?? []), uid]);
    }
    return [...members].map(([name, memberUids], index) => ({ name, number: index + 1, memberUids }));
  }

  #isGone(clientId: ClientId): boolean {
    return this.devices.get(clientId.toLowerCase())?.disabled !== false;
  }

  #answer<T>(decide: () => T): T | Promise<T> {
    if (this.answers === 'later') {
      return new Promise((resolve) => setTimeout(resolve, 2)).then(() => this.#orFault(decide));
    }
    return this.#orFault(decide);
  }

  #orFault<T>(decide: () => T): T {
    if (this.outage) throw new Fault('ERR_RECORD_UNAVAILABLE', 'the record is away');
    return decide();
  }
}

function holds(person: ReleasedPerson, { attribute, value }: PersonLookUp): boolean {
  const wanted = foldText(value);
  if (attribute === 'group') return person.groups.some((name) => foldText(name) === wanted);
  if (attribute === 'unixNumber') return String(person.unixNumber) === value;
  return foldText(person[attribute] ?? '') === wanted;
}

function isMeant({ name, number, memberUids }: GroupWithMembers, { attribute, value }: GroupLookUp): boolean {
  if (attribute === 'number') return String(number) === value;
  const wanted = foldText(value);
  if (attribute === 'name') return foldText(name) === wanted;
  return memberUids.some((uid) => foldText(uid) === wanted);
}

function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

const nobodysHash = sha256('');

export const baseDn = 'dc=example,dc=jp';

/** Three people, one device of each kind: what most tests need. */
export function midoriCity(): InMemoryDirectory {
  const directory = new InMemoryDirectory();
  directory.addPerson('tanaka', '0a1b2c3d', {
    displayName: '田中 花子',
    displayNameKana: 'たなか はなこ',
    employeeNumber: '1001',
    department: '総務課',
    groups: ['printing', '総務'],
  });
  directory.addPerson('suzuki', '0a1b2c3e', { displayName: 'Suzuki Ichiro', groups: ['printing'] });
  directory.addPerson('sato, jr', '0a1b2c3f', { displayName: 'Sato "Jr"' });
  directory.addDevice('printer', 'card-search');
  directory.addDevice('door', 'card-bind');
  directory.addDevice('web', 'generic');
  directory.addDevice('strict', 'card-search', { allowPlaintext: false });
  return directory;
}
