import { createVerify, type Verify } from 'node:crypto';
import type { SignatureAlgorithmProfile } from '../../domain/card-profile.ts';
import { InvalidInput } from '../../domain/fault.ts';
import type { Instant } from '../../domain/instant.ts';
import type { SerialNumberTable } from '../../domain/serial-number-table.ts';
import type { CrlRefusal, CrlVerdict } from '../../ports/jpki.ts';
import type { Anchor } from '../anchors.ts';
import { DerReader, notDer, rawOf, tag } from '../der-reader.ts';
import { bitStringOf } from '../der-values.ts';
import { claimedIssuer } from '../path.ts';
import { CrlEntries, longestEntry } from './crl-entries.ts';
import { type CrlScope, readCrlExtensions } from './crl-extensions.ts';
import { type CrlHeader, longestHeader, readCrlHeader } from './crl-header.ts';

export interface CrlTrust {
  readonly anchors: readonly Anchor[];
  readonly signatureAlgorithms: readonly SignatureAlgorithmProfile[];
}

/** Extensions, algorithm and signature after the last entry. */
const longestTail = 64 * 1024;
/** Clocks of the issuer and of this machine may differ by this much. */
const clockSkewSeconds = 300;

/**
 * One pass over the bytes of a list, in pieces of any size: the signed part is hashed and the entries are looked at as
 * they come, and nothing but the entries of interest is kept. They count only when `finish` says `read`.
 * @see RFC 5280 §5.1
 */
export class CrlPass {
  readonly #trust: CrlTrust;
  readonly #entries: CrlEntries;
  #header: CrlHeader | undefined;
  #algorithm: SignatureAlgorithmProfile | undefined;
  #hash: Verify | undefined;
  /** Octets that were not read yet, and where in the list they start. */
  #rest: Uint8Array = new Uint8Array();
  #restStart = 0;
  #hashedUpTo = 0;
  #refusal: CrlRefusal | undefined;

  constructor(trust: CrlTrust, interest: SerialNumberTable) {
    this.#trust = trust;
    this.#entries = new CrlEntries(interest);
  }

  /** Why the list is already known to be unusable; then nothing more needs to be brought. */
  get refusal(): CrlRefusal | undefined {
    return this.#refusal;
  }

  /** Takes the next octets of the list. They must not change afterwards. */
  push(chunk: Uint8Array): void {
    if (this.#refusal !== undefined) return;
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#guarded(() => this.#advance(bytes, false));
  }

  /** Says what the list holds, after all of it was pushed. */
  finish(now: Instant): CrlVerdict {
    if (this.#refusal !== undefined) return refused(this.#refusal);
    let verdict: CrlVerdict | undefined;
    this.#guarded(() => {
      this.#advance(this.#rest, true);
      verdict = this.#refusal === undefined ? this.#conclude(now) : undefined;
    });
    return verdict ?? refused(this.#refusal ?? 'malformed');
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      this.#refusal = 'malformed';
    }
  }

  #advance(bytes: Uint8Array, complete: boolean): void {
    this.#rest = bytes;
    if (this.#header === undefined) {
      if (bytes.length < longestHeader && !complete) return;
      this.#start(readCrlHeader(bytes));
    }
    if (this.#header === undefined || this.#hash === undefined) return;
    const received = this.#restStart + bytes.length;
    if (received > this.#header.listEnd) this.#refusal = 'trailing-bytes';
    const hashUpTo = Math.min(this.#header.tbsEnd, received);
    if (hashUpTo > this.#hashedUpTo) {
      this.#hash.update(bytes.subarray(this.#hashedUpTo - this.#restStart, hashUpTo - this.#restStart));
      this.#hashedUpTo = hashUpTo;
    }
    this.#readEntries(bytes, this.#header);
  }

  #start(header: CrlHeader): void {
    const { signatureAlgorithms } = this.#trust;
    const algorithm = signatureAlgorithms.find(({ oid }) => oid === header.signatureAlgorithm);
    if (algorithm === undefined) this.#refusal = 'algorithm-not-in-profile';
    else if (header.listEnd - header.entriesEnd > longestTail) this.#refusal = 'malformed';
    else {
      this.#header = header;
      this.#algorithm = algorithm;
      this.#hash = createVerify(algorithm.digest);
      this.#hashedUpTo = header.tbsStart;
    }
  }

  #readEntries(bytes: Uint8Array, { entriesStart, entriesEnd }: CrlHeader): void {
    const start = Math.max(entriesStart, this.#restStart) - this.#restStart;
    const end = Math.min(entriesEnd - this.#restStart, bytes.length);
    if (start > end) return;
    const next = this.#entries.read(bytes, start, end);
    const atEnd = end === entriesEnd - this.#restStart;
    if ((atEnd && next !== end) || end - next > longestEntry) throw notDer('entry');
    this.#rest = bytes.subarray(next);
    this.#restStart += next;
  }

  #conclude(now: Instant): CrlVerdict {
    const header = this.#header;
    if (header === undefined || this.#restStart + this.#rest.length !== header.listEnd) {
      return refused('malformed');
    }
    const { scope, signature, outerAlgorithm } = readTail(this.#rest, header.tbsEnd - this.#restStart);
    if (Buffer.compare(header.algorithmIdentifier, outerAlgorithm) !== 0) {
      return refused('algorithm-not-in-profile');
    }
    const issuer = claimedIssuer(this.#trust.anchors, header.issuer, scope.extensions);
    if (issuer === undefined) return refused('issuer-unknown');
    if (!this.#isSignedBy(issuer, signature)) return refused('signature-invalid');
    const reason = scope.refusal ?? this.#entries.refusal ?? dateRefusal(header, issuer, now);
    return reason === undefined ? this.#verdict(header, scope, issuer) : refused(reason);
  }

  #isSignedBy({ publicKey }: Anchor, signature: Uint8Array): boolean {
    // node:crypto goes by the key alone: an RSA signature would pass under the name of ECDSA.
    if (publicKey.asymmetricKeyType !== this.#algorithm?.keyType) return false;
    try {
      return this.#hash?.verify(publicKey, signature) === true;
    } catch {
      return false;
    }
  }

  #verdict({ thisUpdate, nextUpdate }: CrlHeader, scope: CrlScope, { issuerKeyId }: Anchor): CrlVerdict {
    const { crlNumber, distributionPoint } = scope;
    if (crlNumber === undefined) return refused('crl-number-missing');
    return {
      outcome: 'read',
      issuerKeyId,
      ...(distributionPoint === undefined ? {} : { distributionPoint }),
      crlNumber,
      thisUpdate,
      nextUpdate,
      entryCount: this.#entries.count,
      hits: this.#entries.hits,
    };
  }
}

const refused = (reason: CrlRefusal): CrlVerdict => ({ outcome: 'refused', reason });

interface CrlTail {
  readonly scope: CrlScope;
  readonly outerAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Reads what follows the entries: crlExtensions, then outside the signed part the algorithm again and the signature.
 * @throws {InvalidInput} `ERR_DER`; a list without extensions has neither number nor key identifier
 */
export function readTail(bytes: Uint8Array, tbsEnd: number): CrlTail {
  const tbs = new DerReader(bytes, 0, tbsEnd);
  const scope = readCrlExtensions(tbs.read(tag.context(0)));
  tbs.finish();
  const outside = new DerReader(bytes, tbsEnd);
  const outerAlgorithm = rawOf(outside.read(tag.sequence));
  const { octets: signature } = bitStringOf(outside.read(tag.bitString));
  outside.finish();
  return { scope, outerAlgorithm, signature };
}

function dateRefusal(header: CrlHeader, issuer: Anchor, now: Instant): CrlRefusal | undefined {
  const ahead = now + clockSkewSeconds * 1000;
  if (header.thisUpdate > ahead || issuer.notBefore > ahead) return 'not-yet-valid';
  return now > header.nextUpdate || now > issuer.notAfter ? 'expired' : undefined;
}
