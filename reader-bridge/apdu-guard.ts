import { type CommandApdu, instruction, parseCommand } from './apdu.ts';

/** Why a command is never sent. */
export type ApduRefusal =
  | 'malformed'
  | 'instruction-not-allowed'
  | 'application-not-allowed'
  | 'file-not-allowed'
  | 'parameters-not-allowed'
  | 'no-application-selected';

/** The JPKI application: the only one this product may select. A new kind of card is a new row, put here on purpose. */
const permittedApplications: ReadonlySet<string> = new Set(['d392f000260100000001']);

/** Token information, authentication certificate, its CA, authentication key, authentication PIN: nothing of the signature key. */
const permittedFiles: ReadonlySet<string> = new Set(['0006', '000a', '000b', '0017', '0018']);

/** READ BINARY by short identifier: the authentication certificate only. */
const permittedShortFile = 0x8a;

const pinReference = 0x80;

/**
 * Whether a command may go to a card; everything is refused that is not named here.
 * The same chip holds the individual number and an electronic signature key, which this product must never touch; and
 * before the JPKI application was selected by us, a VERIFY could cost a try of some other application's PIN.
 * @param bytes what would go to the card, whoever built it.
 * @param applicationSelected whether a permitted application was selected on this channel.
 * @returns `undefined` when it may be sent.
 * @see 番号法 (Act on the Use of Numbers) art. 20
 */
export function apduRefusal(bytes: Uint8Array, applicationSelected: boolean): ApduRefusal | undefined {
  const command = parseCommand(bytes);
  if (command === undefined) return 'malformed';
  const { cla, ins } = command;
  if (cla === 0xff && ins === instruction.getData) return pseudoCommandRefusal(command);
  const rule = rules.find((candidate) => candidate.cla === cla && candidate.ins === ins);
  if (rule === undefined) return 'instruction-not-allowed';
  const refusal = rule.refusal(command);
  if (refusal !== undefined) return refusal;
  return applicationSelected || selectsApplication(command) ? undefined : 'no-application-selected';
}

/** Whether a command is the SELECT of an application by its name. */
export function selectsApplication({ ins, p1 }: CommandApdu): boolean {
  return ins === instruction.select && p1 === 0x04;
}

interface Rule {
  readonly cla: number;
  readonly ins: number;
  refusal(command: CommandApdu): ApduRefusal | undefined;
}

const rules: readonly Rule[] = [
  { cla: 0x00, ins: instruction.select, refusal: selectRefusal },
  { cla: 0x00, ins: instruction.readBinary, refusal: readRefusal },
  { cla: 0x00, ins: instruction.verify, refusal: verifyRefusal },
  { cla: 0x80, ins: instruction.performSecurityOperation, refusal: signRefusal },
];

function selectRefusal({ p1, p2, data, le }: CommandApdu): ApduRefusal | undefined {
  const name = Buffer.from(data ?? []).toString('hex');
  if (p2 !== 0x0c || le !== undefined) return 'parameters-not-allowed';
  if (p1 === 0x04) return permittedApplications.has(name) ? undefined : 'application-not-allowed';
  if (p1 === 0x02) return permittedFiles.has(name) ? undefined : 'file-not-allowed';
  return 'parameters-not-allowed';
}

function readRefusal({ p1, data, le }: CommandApdu): ApduRefusal | undefined {
  if (data !== undefined || le === undefined) return 'parameters-not-allowed';
  return p1 < 0x80 || p1 === permittedShortFile ? undefined : 'file-not-allowed';
}

/** Four ASCII digits, or nothing at all (which asks for the tries left). A malformed PIN would cost a try. */
function verifyRefusal({ p1, p2, data, le }: CommandApdu): ApduRefusal | undefined {
  const digits =
    data === undefined || (data.length === 4 && data.every((octet) => octet >= 0x30 && octet <= 0x39));
  return p1 === 0 && p2 === pinReference && le === undefined && digits ? undefined : 'parameters-not-allowed';
}

function signRefusal({ p1, p2, data }: CommandApdu): ApduRefusal | undefined {
  return p1 === 0x00 && p2 === 0x80 && data !== undefined ? undefined : 'parameters-not-allowed';
}

/** The reader's own command for the identifier of the card in its field. @see PC/SC part 3 §3.2.2.1.3 */
function pseudoCommandRefusal({ p1, p2, data }: CommandApdu): ApduRefusal | undefined {
  return p1 === 0 && p2 === 0 && data === undefined ? undefined : 'parameters-not-allowed';
}
