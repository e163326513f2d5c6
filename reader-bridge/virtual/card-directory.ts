import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CardProfile } from '../../idp/domain/card-profile.ts';
import { InvalidInput } from '../../idp/domain/fault.ts';
import { SoftwareFelicaCard } from './felica-card.ts';
import { type SoftwareCardQuirks, SoftwareJpkiCard } from './jpki-card.ts';
import type { SoftwareCard } from './software-card.ts';

/** `card.json` of a card that lies in a directory; certificates and key are PEM files beside it. */
export type CardDescription =
  | {
      readonly kind: 'jpki';
      readonly pin: string;
      readonly triesLeft?: number;
      readonly profile?: CardProfile;
      readonly tokenLabel?: string;
      readonly quirks?: SoftwareCardQuirks;
    }
  | { readonly kind: 'felica'; readonly idm: string };

/** What is written into a card's directory; without a private key the card is a copied certificate. */
export type CardToWrite =
  | (CardDescription & { kind: 'felica' })
  | (CardDescription & {
      kind: 'jpki';
      readonly certificatePem: string;
      readonly caCertificatePem: string;
      readonly privateKeyPem?: string;
    });

const files = { description: 'card.json', certificate: 'certificate.pem', ca: 'ca.pem', key: 'key.pem' };

/** Writes a software card into a directory, readable by its owner only. */
export function writeCardDirectory(directory: string, card: CardToWrite): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text, { mode: 0o600 });
  if (card.kind === 'felica') {
    write(files.description, JSON.stringify(card));
    return;
  }
  const { certificatePem, caCertificatePem, privateKeyPem, ...description } = card;
  write(files.description, JSON.stringify(description));
  write(files.certificate, certificatePem);
  write(files.ca, caCertificatePem);
  if (privateKeyPem !== undefined) write(files.key, privateKeyPem);
}

/**
 * Reads a software card from its directory.
 * @throws {InvalidInput} `ERR_CARD_DIRECTORY`.
 */
export function readCardDirectory(directory: string): SoftwareCard {
  try {
    const read = (name: string) => readFileSync(join(directory, name), 'utf8');
    const description = JSON.parse(read(files.description)) as CardDescription;
    if (description.kind === 'felica') return new SoftwareFelicaCard(description);
    return new SoftwareJpkiCard({
      ...description,
      certificate: new X509Certificate(read(files.certificate)).raw,
      caCertificate: new X509Certificate(read(files.ca)).raw,
      ...(existsSync(join(directory, files.key)) ? { privateKey: createPrivateKey(read(files.key)) } : {}),
    });
  } catch (cause) {
    throw new InvalidInput('ERR_CARD_DIRECTORY', `There is no software card in ${directory}.`, cause);
  }
}
