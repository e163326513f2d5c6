import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What an authenticator or browser may get wrong, or do differently, in one answer. */
export interface Whims {
  readonly origin?: string;
  readonly rpId?: string;
  readonly userVerified?: boolean;
  /** Instead of the one that was asked for. */
  readonly challenge?: string;
  readonly counter?: number;
  readonly userHandle?: string;
  readonly type?: string;
  /** Vouches for the authenticator. */
  readonly maker?: { readonly key: KeyObject; readonly certificates: readonly Buffer[] };
  /** Turns a bit of the signature. */
  readonly spoilt?: boolean;
}

type Json = { readonly [name: string]: unknown };

/** A passkey made of software, browser and all: for what a real one never does. */
export class SoftwarePasskey {
  readonly credentialId = randomBytes(16);
  readonly #origin: string;
  readonly #key: KeyObject;
  readonly #publicKey: Buffer;
  readonly #synced: boolean;
  #userHandle = '';
  #counter = 0;

  /** @param synced kept elsewhere too, so that it may be on several devices. */
  constructor(origin: string, { synced = false }: { readonly synced?: boolean } = {}) {
    this.#origin = origin;
    this.#synced = synced;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#key = privateKey;
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#publicKey = coseKey(Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url'));
  }

  /** `navigator.credentials.create`. @see WebAuthn Level 3 §5.1.3 */
  create(options: Json, whims: Whims = {}): Json {
    this.#userHandle = (options.user as { id: string }).id;
    const data = this.#authenticatorData(options, whims, this.#attested());
    const clientData = this.#clientData('webauthn.create', options, whims);
    const statement = whims.maker && packed(whims.maker, Buffer.concat([data, sha256(clientData)]));
    const attestationObject = cborMap([
      ['fmt', cborText(statement === undefined ? 'none' : 'packed')],
      ['attStmt', statement ?? cborMap([])],
      ['authData', cborOctets(data)],
    ]);
    return this.#credential({
      clientDataJSON: clientData.toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    });
  }

  /** `navigator.credentials.get`. @see WebAuthn Level 3 §5.1.4 */
  get(options: Json, whims: Whims = {}): Json {
    this.#counter += 1;
    const clientData = this.#clientData('webauthn.get', options, whims);
    const data = this.#authenticatorData(options, whims, Buffer.alloc(0));
    const signature = sign('sha256', Buffer.concat([data, sha256(clientData)]), this.#key);
    if (whims.spoilt) signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
    return this.#credential({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: whims.userHandle ?? this.#userHandle,
    });
  }

  #credential(response: Json): Json {
    const id = this.credentialId.toString('base64url');
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }

  #clientData(type: string, options: Json, whims: Whims): Buffer {
    const { challenge = options.challenge, origin = this.#origin } = whims;
    return Buffer.from(JSON.stringify({ type: whims.type ?? type, challenge, origin, crossOrigin: false }));
  }

  /** @see WebAuthn Level 3 §6.1 */
  #authenticatorData(options: Json, whims: Whims, attested: Buffer): Buffer {
    const asked = (options.rpId ?? (options.rp as { id?: string } | undefined)?.id) as string;
    const flags =
      0x01 |
      (whims.userVerified === false ? 0 : 0x04) |
      (this.#synced ? 0x18 : 0) |
      (attested.length > 0 ? 0x40 : 0);
    const counter = Buffer.alloc(4);
    // What is synced keeps no count.
    counter.writeUInt32BE(whims.counter ?? (this.#synced ? 0 : this.#counter));
    return Buffer.concat([sha256(Buffer.from(whims.rpId ?? asked)), Buffer.from([flags]), counter, attested]);
  }

  /** @see WebAuthn Level 3 §6.5.1 */
  #attested(): Buffer {
    return Buffer.concat([Buffer.alloc(16), Buffer.from([0, 16]), this.credentialId, this.#publicKey]);
  }
}

/** {1: 2, 3: -7, -1: 1, -2: x, -3: y}. @see RFC 9053 §7.1.1 */
function coseKey(x: Buffer, y: Buffer): Buffer {
  return Buffer.concat([Buffer.from('a5010203262001215820', 'hex'), x, Buffer.from('225820', 'hex'), y]);
}

/** @see WebAuthn Level 3 §8.2 */
function packed({ key, certificates }: NonNullable<Whims['maker']>, signed: Buffer): Buffer {
  return cborMap([
    ['alg', Buffer.from([0x26])],
    ['sig', cborOctets(sign('sha256', signed, key))],
    ['x5c', Buffer.concat([Buffer.from([0x80 + certificates.length]), ...certificates.map(cborOctets)])],
  ]);
}

/** @see RFC 8949 §3.1 */
function cborMap(entries: readonly (readonly [string, Buffer])[]): Buffer {
  const pairs = entries.flatMap(([name, value]) => [cborText(name), value]);
  return Buffer.concat([Buffer.from([0xa0 + entries.length]), ...pairs]);
}

function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);
}

function cborOctets(octets: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x59, octets.length >> 8, octets.length & 255]), octets]);
}

function sha256(octets: Buffer): Buffer {
  return createHash('sha256').update(octets).digest();
}
