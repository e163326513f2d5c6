import type { KeyObject } from 'node:crypto';
import {
  CertificationAuthority,
  generateRsaKeyPair,
} from '../../idp/demo/authority/certification-authority.ts';
import { SoftwareJpkiCard, type SoftwareJpkiCardOptions } from '../../reader-bridge/virtual/jpki-card.ts';
import { type ReaderEvent, SoftwareReader } from '../../reader-bridge/virtual/software-reader.ts';

export const testPin = '4071';
const issuedAt = Date.UTC(2026, 0, 5);

/** One holder's certificate under a test authority, and cards made of it. */
export interface TestHolder {
  readonly certificate: Uint8Array;
  readonly caCertificate: Uint8Array;
  readonly serialNumber: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  card(options?: Partial<SoftwareJpkiCardOptions>): SoftwareJpkiCard;
}

/** Makes two key pairs: once a file, in `beforeAll`. */
export async function createTestHolder(): Promise<TestHolder> {
  const [caKeys, holderKeys] = await Promise.all([generateRsaKeyPair(), generateRsaKeyPair()]);
  const authority = new CertificationAuthority({ keyPair: caKeys, notBefore: issuedAt });
  const issued = authority.issueUserCertificate({ publicKey: holderKeys.publicKey, notBefore: issuedAt });
  const files = { certificate: issued.certificate, caCertificate: authority.certificate };
  return {
    ...files,
    ...holderKeys,
    serialNumber: issued.serialNumber,
    card: (options) =>
      new SoftwareJpkiCard({ ...files, privateKey: holderKeys.privateKey, pin: testPin, ...options }),
  };
}

/** A software reader with a record of everything that passed. */
export function recordingReader(): { readonly reader: SoftwareReader; readonly events: ReaderEvent[] } {
  const events: ReaderEvent[] = [];
  return { reader: new SoftwareReader('Test reader', (event) => events.push(event)), events };
}

/** The commands that reached the card, in hex. */
export function commandsOf(events: readonly ReaderEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'apdu' ? [Buffer.from(event.command).toString('hex')] : [],
  );
}

/** Whether the power went off after the last PIN that was sent. */
export function poweredOffAfterPin(events: readonly ReaderEvent[]): boolean {
  const isPin = (event: ReaderEvent) =>
    event.type === 'apdu' && event.command[1] === 0x20 && event.command.length > 4;
  return events.findLastIndex(({ type }) => type === 'power-off') > events.findLastIndex(isPin);
}
