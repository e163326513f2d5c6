import type { KeyObject } from 'node:crypto';
import {
  type CertificateOrder,
  CertificationAuthority,
  generateP384KeyPair,
  generateRsaKeyPair,
} from '../../idp/demo/authority/certification-authority.ts';
import { type CardProfile, myNumberCard } from '../../idp/domain/card-profile.ts';
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

export type TestKind = Pick<CertificateOrder, 'certificatePolicy'> & {
  readonly key?: 'rsa' | 'p384';
  readonly profile?: CardProfile;
};

/** Makes two key pairs: once a file, in `beforeAll`. @param kind the present card unless said otherwise */
export async function createTestHolder(kind: TestKind = {}): Promise<TestHolder> {
  const { key = 'rsa', profile = myNumberCard, ...order } = kind;
  const generate = key === 'rsa' ? generateRsaKeyPair : generateP384KeyPair;
  const [caKeys, holderKeys] = await Promise.all([generate(), generate()]);
  const authority = new CertificationAuthority({ keyPair: caKeys, notBefore: issuedAt });
  const { publicKey } = holderKeys;
  const issued = authority.issueUserCertificate({ publicKey, notBefore: issuedAt, ...order });
  const files = { certificate: issued.certificate, caCertificate: authority.certificate };
  return {
    ...files,
    ...holderKeys,
    serialNumber: issued.serialNumber,
    card: (options) =>
      new SoftwareJpkiCard({
        ...files,
        privateKey: holderKeys.privateKey,
        profile,
        pin: testPin,
        ...options,
      }),
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
