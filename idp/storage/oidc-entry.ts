import { createSecretKey, hash, hkdfSync, type KeyObject } from 'node:crypto';
import { Fault } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import { msPerSecond } from '../domain/instant.ts';
import type { OidcPayload } from '../ports/oidc-state.ts';
import { openBox, sealBox } from './sealed-box.ts';

const code = 'ERR_OIDC_STATE_UNAVAILABLE';
const keyOctets = 32;

/** What stands under one id, until its time has come. */
export interface OidcEntry {
  readonly payload: OidcPayload;
  /** Absent: it does not expire. */
  readonly expiresAt?: Instant;
}

/** How stores find an entry. Hashes: ids of sessions, codes and tokens are as good as the things themselves. */
export type EntryName = string & { readonly __brand: 'EntryName' };

/** The name of one entry, or of the group that shares a uid, user code, grant or account. */
export function entryName(
  kind: 'id' | 'uid' | 'userCode' | 'grant' | 'account',
  ...parts: readonly string[]
): EntryName {
  // JSON keeps the parts apart: no two lists of parts share a text.
  return hash('sha256', JSON.stringify([kind, ...parts]), 'hex') as EntryName;
}

/** Under which other names an entry is found. */
export interface OtherNames {
  readonly uid?: EntryName | undefined;
  readonly userCode?: EntryName | undefined;
  readonly grant?: EntryName | undefined;
  readonly account?: EntryName | undefined;
}

/** @see oidc-provider's adapter documentation for `uid`, `userCode` and `grantId` */
export function otherNamesOf(model: string, payload: OidcPayload): OtherNames {
  const { uid, userCode, grantId } = payload;
  const account = accountOf(payload);
  return {
    uid: typeof uid === 'string' ? entryName('uid', model, uid) : undefined,
    userCode: typeof userCode === 'string' ? entryName('userCode', model, userCode) : undefined,
    grant: typeof grantId === 'string' ? entryName('grant', model, grantId) : undefined,
    account: account === undefined ? undefined : entryName('account', account),
  };
}

/** An interaction names its account within the session it began in, or within the login that it ended with. */
function accountOf({ accountId, session, result }: OidcPayload): string | undefined {
  const login = textWithin(result, 'login');
  for (const account of [accountId, textWithin(login, 'accountId'), textWithin(session, 'accountId')]) {
    if (typeof account === 'string') return account;
  }
  return undefined;
}

function textWithin(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** When an entry made now is over. */
export function expiryAt(now: Instant, expiresInSeconds: number | undefined): Instant | undefined {
  return expiresInSeconds === undefined ? undefined : now + expiresInSeconds * msPerSecond;
}

/** The entry's last moment is the one before `expiresAt`. */
export function isOver(expiresAt: Instant | undefined, now: Instant): boolean {
  return expiresAt !== undefined && now >= expiresAt;
}

/** As `oidc-provider` expects it: a consumed entry says when, in seconds. */
export function withConsumed(payload: OidcPayload, consumedAt: Instant | undefined): OidcPayload {
  return consumedAt === undefined ? payload : { ...payload, consumed: Math.floor(consumedAt / msPerSecond) };
}

/** Seals entries, each to its own name: whoever writes into the store can neither read one nor make one. */
export class OidcEntrySeal {
  readonly #key: KeyObject;

  constructor(indexKey: KeyObject) {
    this.#key = createSecretKey(
      new Uint8Array(hkdfSync('sha256', indexKey, '', 'kazasu-oidc-state-1', keyOctets)),
    );
  }

  seal(name: EntryName, entry: OidcEntry): Buffer {
    return this.sealText(name, JSON.stringify(entry));
  }

  /** @param text JSON of the entry */
  sealText(name: EntryName, text: string): Buffer {
    return sealBox(this.#key, Buffer.from(text), Buffer.from(name));
  }

  /** The entry of a listing; `undefined` when we did not seal it for this name: it is worth nothing to anybody. */
  openOurs(name: unknown, sealed: unknown): OidcEntry | undefined {
    if (typeof name !== 'string' || !(sealed instanceof Uint8Array)) return undefined;
    const plain = openBox(this.#key, sealed, Buffer.from(name));
    return plain === undefined ? undefined : (JSON.parse(plain.toString('utf8')) as OidcEntry);
  }

  /** @throws {Fault} `ERR_OIDC_STATE_UNAVAILABLE` when we did not seal it for this name. */
  open(name: EntryName, sealed: Uint8Array): OidcEntry {
    const plain = openBox(this.#key, sealed, Buffer.from(name));
    if (plain === undefined) throw new Fault(code, 'An entry of the OpenID Connect state is not ours.');
    // Sealed by us: it is what `seal` was given.
    return JSON.parse(plain.toString('utf8')) as OidcEntry;
  }
}
