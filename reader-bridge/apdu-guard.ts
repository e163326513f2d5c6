import {
  type CardProfile,
  isForbiddenApplication,
  isForbiddenFile,
  isForbiddenReference,
  type PossessionProfile,
} from '../idp/domain/card-profile.ts';
import { type CommandApdu, instruction, parseCommand } from './apdu.ts';

/** Why a command is never sent. */
export type ApduRefusal =
  | 'malformed'
  | 'instruction-not-allowed'
  | 'application-not-allowed'
  | 'file-not-allowed'
  | 'parameters-not-allowed'
  | 'no-application-selected';

/**
 * Says whether a command may go to a card; everything is refused that the configured profiles do not name.
 * The same chip holds the individual number and an electronic signature key, which this product must never touch,
 * whatever a profile says; and before an application of a profile was selected by us, a VERIFY could cost a try of some
 * other application's PIN.
 * @see 番号法 (Act on the Use of Numbers) art. 20
 */
export class ApduGuard {
  readonly #permissions: ReadonlyMap<string, Permission>;

  constructor(profiles: readonly CardProfile[]) {
    const selectable = profiles.filter(({ application }) => !isForbiddenApplication(application.aid));
    const byAid = Map.groupBy(selectable, ({ application }) => application.aid);
    this.#permissions = new Map([...byAid].map(([aid, sharing]) => [aid, permissionOf(aid, sharing)]));
  }

  /**
   * @param bytes what would go to the card, whoever built it.
   * @param selectedAid the application that was selected on this channel, in lower-case hex.
   * @returns `undefined` when it may be sent.
   */
  refusal(bytes: Uint8Array, selectedAid: string | undefined): ApduRefusal | undefined {
    const command = parseCommand(bytes);
    if (command === undefined) return 'malformed';
    const { cla, ins } = command;
    if (cla === 0xff && ins === instruction.getData) return pseudoCommandRefusal(command);
    const rule = rules.find((candidate) => candidate.cla === cla && candidate.ins === ins);
    if (rule === undefined) return 'instruction-not-allowed';
    if (selectsApplication(command)) return this.#selectRefusal(command);
    const permission = selectedAid === undefined ? undefined : this.#permissions.get(selectedAid);
    return permission === undefined ? 'no-application-selected' : rule.refusal(command, permission);
  }

  #selectRefusal(command: CommandApdu): ApduRefusal | undefined {
    if (command.p2 !== 0x0c || command.le !== undefined) return 'parameters-not-allowed';
    return this.#permissions.has(dataOf(command)) ? undefined : 'application-not-allowed';
  }
}

/** Whether a command is the SELECT of an application by its name. */
export function selectsApplication({ ins, p1 }: CommandApdu): boolean {
  return ins === instruction.select && p1 === 0x04;
}

/** A command's data in lower-case hex. */
export function dataOf({ data }: CommandApdu): string {
  return Buffer.from(data ?? []).toString('hex');
}

/** What may be asked of one application: what the profiles that name it say. */
interface Permission {
  readonly files: ReadonlySet<string>;
  /** P1 of READ BINARY by short identifier. */
  readonly shortFiles: ReadonlySet<number>;
  readonly pins: readonly { readonly reference: number; readonly digits: number }[];
  readonly possessions: readonly PossessionProfile[];
}

function permissionOf(aid: string, profiles: readonly CardProfile[]): Permission {
  const applications = profiles.map(({ application }) => application);
  const readable = applications
    .flatMap(({ certificate, tokenInfo }) => [certificate, ...(tokenInfo ? [tokenInfo] : [])])
    .filter(({ fileId, shortId }) => !isForbiddenFile(aid, fileId, shortId));
  const selectable = applications
    .flatMap(({ privateKey, pin }) => [privateKey, pin])
    .filter(({ fileId }) => !isForbiddenFile(aid, fileId));
  const shortIds = readable.flatMap(({ shortId }) => (shortId === undefined ? [] : [shortId]));
  return {
    files: new Set([...readable, ...selectable].map(({ fileId }) => fileId)),
    shortFiles: new Set(shortIds.map((shortId) => 0x80 | Number.parseInt(shortId, 16))),
    pins: applications
      .filter(({ pin }) => !isForbiddenReference(aid, pin.reference))
      .map(({ pin }) => ({ reference: Number.parseInt(pin.reference, 16), digits: pin.digits })),
    possessions: profiles.map(({ possession }) => possession),
  };
}

interface Rule {
  readonly cla: number;
  readonly ins: number;
  refusal(command: CommandApdu, permission: Permission): ApduRefusal | undefined;
}

const rules: readonly Rule[] = [
  { cla: 0x00, ins: instruction.select, refusal: selectFileRefusal },
  { cla: 0x00, ins: instruction.readBinary, refusal: readRefusal },
  { cla: 0x00, ins: instruction.verify, refusal: verifyRefusal },
  { cla: 0x80, ins: instruction.performSecurityOperation, refusal: signRefusal },
];

function selectFileRefusal(command: CommandApdu, { files }: Permission): ApduRefusal | undefined {
  const { p1, p2, le } = command;
  if (p1 !== 0x02 || p2 !== 0x0c || le !== undefined) return 'parameters-not-allowed';
  return files.has(dataOf(command)) ? undefined : 'file-not-allowed';
}

function readRefusal({ p1, data, le }: CommandApdu, { shortFiles }: Permission): ApduRefusal | undefined {
  if (data !== undefined || le === undefined) return 'parameters-not-allowed';
  return p1 < 0x80 || shortFiles.has(p1) ? undefined : 'file-not-allowed';
}

/** As many ASCII digits as the PIN has, or nothing (which asks for the tries left). A malformed PIN would cost a try. */
function verifyRefusal({ p1, p2, data, le }: CommandApdu, { pins }: Permission): ApduRefusal | undefined {
  const onlyDigits = data === undefined || data.every((octet) => octet >= 0x30 && octet <= 0x39);
  const known = pins.some(
    ({ reference, digits }) => p2 === reference && (data === undefined || data.length === digits),
  );
  return p1 === 0 && le === undefined && onlyDigits && known ? undefined : 'parameters-not-allowed';
}

const digestOctets = { sha256: 32, sha384: 48 } as const;

/** A digest in the form of a profile: a key signs whatever it is handed. */
function signRefusal(command: CommandApdu, { possessions }: Permission): ApduRefusal | undefined {
  const input = dataOf(command);
  const known = possessions.some(({ digest, digestInfoPrefix = '' }) => {
    const octets = digestInfoPrefix.length / 2 + digestOctets[digest];
    return input.startsWith(digestInfoPrefix) && input.length === octets * 2;
  });
  return command.p1 === 0x00 && command.p2 === 0x80 && known ? undefined : 'parameters-not-allowed';
}

/** The reader's own command for the identifier of the card in its field. @see PC/SC part 3 §3.2.2.1.3 */
function pseudoCommandRefusal({ p1, p2, data }: CommandApdu): ApduRefusal | undefined {
  return p1 === 0 && p2 === 0 && data === undefined ? undefined : 'parameters-not-allowed';
}
