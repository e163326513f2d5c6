import { type BerReader, malformed, BerReader as Reader } from './ber-reader.ts';
import { BerWriter } from './ber-writer.ts';

/** @see RFC 4511 §4.1.11 */
export interface Control {
  readonly type: string;
  readonly critical: boolean;
  readonly value: Buffer | undefined;
}

/** @see RFC 2696 */
export const pagedResultsOid = '1.2.840.113556.1.4.319';
/** @see RFC 3296 §3 */
export const manageDsaItOid = '2.16.840.1.113730.3.4.2';

/** @see draft-behera-ldap-password-policy §6 */
export const passwordPolicyOid = '1.3.6.1.4.1.42.2.27.8.5.1';

/** The controls that the façade takes; any other one that is critical is refused with 12. */
export const supportedControls: readonly string[] = [pagedResultsOid, manageDsaItOid, passwordPolicyOid];

/** Whether a control means something to an operation: a critical one that does not is refused, too (RFC 4511 §4.1.11). */
export function isAppropriate(type: string, op: string): boolean {
  if (type === pagedResultsOid) return op === 'search';
  if (type === manageDsaItOid) return op !== 'bind' && op !== 'extended';
  return type === passwordPolicyOid;
}

const maxControls = 16;
const controlsTag = 0xa0;
const sequenceTag = 0x30;
const octetString = 0x04;

/** @throws {InvalidInput} `ERR_LDAP_MALFORMED` */
export function decodeControls(reader: BerReader): readonly Control[] {
  const outer = reader.enter(controlsTag);
  const controls: Control[] = [];
  while (!reader.atEnd) {
    if (controls.length === maxControls) throw malformed('too many controls');
    const outerControl = reader.enter(sequenceTag);
    const type = reader.text(octetString);
    const critical = reader.peekTag() === 0x01 ? reader.boolean(0x01) : false;
    const value = reader.peekTag() === octetString ? reader.octets(octetString) : undefined;
    reader.leave(outerControl);
    controls.push({ type, critical, value });
  }
  reader.leave(outer);
  return controls;
}

export interface PagedResults {
  readonly pageSize: number;
  readonly cookie: string;
}

/**
 * @throws {InvalidInput} `ERR_LDAP_MALFORMED`
 * @see RFC 2696 §2
 */
export function decodePagedResults(value: Buffer | undefined): PagedResults {
  if (value === undefined) throw malformed('paged results without a value');
  const reader = new Reader(value, 0, value.length);
  reader.enter(sequenceTag);
  return { pageSize: reader.integer(0x02), cookie: reader.octets(octetString).toString('latin1') };
}

/**
 * What a bind answers to who asked for the password policy: that there is nothing to say. Passwords of the directory
 * above expire there; an account that is suspended or slowed down is told from an unknown one by nobody.
 */
export const passwordPolicyResponse: Control = {
  type: passwordPolicyOid,
  critical: false,
  value: Buffer.from([sequenceTag, 0]),
};

/** The response control that carries the cookie of the next page; an empty cookie ends the paging. */
export function encodePagedResults(cookie: string): Control {
  const writer = new BerWriter();
  const sequence = writer.begin(sequenceTag);
  // The total is not counted: zero says that it is unknown.
  writer.integer(0x02, 0);
  writer.text(octetString, cookie);
  writer.end(sequence);
  return { type: pagedResultsOid, critical: false, value: writer.take() };
}
