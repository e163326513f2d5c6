import type { BerWriter } from './ber-writer.ts';
import type { Control } from './controls.ts';
import { requestTags } from './request.ts';
import type { LdapResult, ResultCode } from './result-code.ts';

/** The tag of the answer that ends an operation. @see RFC 4511 §4.2 to §4.12 */
export const responseTags = {
  bind: 0x61,
  search: 0x65,
  modify: 0x67,
  add: 0x69,
  delete: 0x6b,
  modifyDN: 0x6d,
  compare: 0x6f,
  extended: 0x78,
} as const;

export type AnsweredOp = keyof typeof responseTags;

const answeredOps: ReadonlyMap<number, AnsweredOp> = new Map(
  (Object.keys(responseTags) as AnsweredOp[]).map((op) => [requestTags[op], op]),
);

/** Which operation a request tag asks for; `undefined` for those that have no answer, and for unknown ones. */
export function answeredOp(requestTag: number): AnsweredOp | undefined {
  return answeredOps.get(requestTag);
}

const sequenceTag = 0x30;
const octetString = 0x04;
const integerTag = 0x02;
const noticeOfDisconnectionOid = '1.3.6.1.4.1.1466.20036';

function writeResult(writer: BerWriter, { code, message, matchedDN }: LdapResult): void {
  writer.integer(0x0a, code);
  writer.text(octetString, matchedDN);
  writer.text(octetString, message);
}

function writeControls(writer: BerWriter, controls: readonly Control[]): void {
  if (controls.length === 0) return;
  const list = writer.begin(0xa0);
  for (const control of controls) {
    const sequence = writer.begin(sequenceTag);
    writer.text(octetString, control.type);
    if (control.critical) writer.boolean(0x01, true);
    if (control.value !== undefined) writer.octets(octetString, control.value);
    writer.end(sequence);
  }
  writer.end(list);
}

/**
 * The answer that ends an operation.
 * @see RFC 4511 §4.1.9
 */
export function writeResponse(
  writer: BerWriter,
  messageId: number,
  op: AnsweredOp,
  ldapResult: LdapResult,
  controls: readonly Control[] = [],
): void {
  const message = writer.begin(sequenceTag);
  writer.integer(integerTag, messageId);
  const response = writer.begin(responseTags[op]);
  writeResult(writer, ldapResult);
  writer.end(response);
  writeControls(writer, controls);
  writer.end(message);
}

/** @see RFC 4511 §4.12 */
export function writeExtendedResponse(
  writer: BerWriter,
  messageId: number,
  ldapResult: LdapResult,
  name: string | undefined,
  value: string | undefined,
): void {
  const message = writer.begin(sequenceTag);
  writer.integer(integerTag, messageId);
  const response = writer.begin(responseTags.extended);
  writeResult(writer, ldapResult);
  if (name !== undefined) writer.text(0x8a, name);
  if (value !== undefined) writer.text(0x8b, value);
  writer.end(response);
  writer.end(message);
}

/** Says why the connection is about to end. @see RFC 4511 §4.4.1 */
export function writeNoticeOfDisconnection(writer: BerWriter, code: ResultCode, text: string): void {
  const reason = { code, message: text, matchedDN: '' };
  writeExtendedResponse(writer, 0, reason, noticeOfDisconnectionOid, undefined);
}

/** An attribute on its way out; `encodedType` is the description as an OCTET STRING, made once. */
export interface OutgoingAttribute {
  readonly encodedType: Buffer;
  readonly values: readonly string[];
}

/** @see RFC 4511 §4.5.2 */
export function writeSearchEntry(
  writer: BerWriter,
  messageId: number,
  dn: string,
  attributes: readonly OutgoingAttribute[],
  typesOnly: boolean,
): void {
  const message = writer.begin(sequenceTag);
  writer.integer(integerTag, messageId);
  const entry = writer.begin(0x64);
  writer.text(octetString, dn);
  const list = writer.begin(sequenceTag);
  for (const attribute of attributes) {
    const sequence = writer.begin(sequenceTag);
    writer.encoded(attribute.encodedType);
    const values = writer.begin(0x31);
    if (!typesOnly) for (const value of attribute.values) writer.text(octetString, value);
    writer.end(values);
    writer.end(sequence);
  }
  writer.end(list);
  writer.end(entry);
  writer.end(message);
}
