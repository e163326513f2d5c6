import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crlFileName } from '../../connectors/jpki/crl-file-name.ts';
import { SoftwareJpkiCard } from '../../reader-bridge/virtual/jpki-card.ts';
import { formatName } from '../jpki/distinguished-name.ts';
import type { Clock } from '../ports/clock.ts';
import { CertificationAuthority, generateRsaKeyPair } from './authority/certification-authority.ts';
import type { CrlEntry } from './authority/crl-issuer.ts';
import { municipalityCrlName } from './authority/names.ts';
import { createOcspResponder, type OcspHandler } from './authority/ocsp-responder.ts';
import { serveOcsp } from './authority/ocsp-server.ts';
import { type ListServer, startListServer } from './list-server.ts';
import type { SamplePerson } from './people.ts';

/** The PIN of every card of the demonstration; it is shown on the page. */
export const demoPin = '1234';

/** A card that was handed out, and what the authority knows of it. */
export interface IssuedCard {
  readonly card: SoftwareJpkiCard;
  /** DER. */
  readonly certificate: Uint8Array;
  readonly serialNumber: string;
  readonly residence: SamplePerson['residence'];
}

/** What a published list says, for the page and the terminal. */
export interface PublishedList {
  readonly crlNumber: number;
  readonly entryCount: number;
  readonly octets: number;
}

const yearMs = 365.25 * 24 * 3_600_000;
const dayMs = 24 * 3_600_000;
/** Lists are long and name mostly strangers; these numbers belong to nobody here. */
const strangers = 2_000;
const firstStranger = 0x0c00_0001;

/** The certification authority of the demonstration: two generations under one name, OCSP, and the day's lists. */
export class TestAuthority {
  readonly ocspUrl: string;
  readonly lists: ListServer;
  readonly #clock: Clock;
  readonly #generations: { readonly [name in 'older' | 'newer']: CertificationAuthority };
  readonly #revoked: IssuedCard[] = [];
  readonly #stopOcsp: () => Promise<void>;
  #crlNumber = 100;

  private constructor(parts: {
    readonly clock: Clock;
    readonly generations: { readonly [name in 'older' | 'newer']: CertificationAuthority };
    readonly ocsp: { readonly url: string; close(): Promise<void> };
    readonly lists: ListServer;
  }) {
    this.#clock = parts.clock;
    this.#generations = parts.generations;
    this.ocspUrl = parts.ocsp.url;
    this.#stopOcsp = () => parts.ocsp.close();
    this.lists = parts.lists;
  }

  /** Makes keys and certificates (about a second) and answers on loopback. */
  static async start(clock: Clock): Promise<TestAuthority> {
    let answer: OcspHandler | undefined;
    const ocsp = await serveOcsp(async (request) => {
      if (answer === undefined) throw new TypeError('asked before there is a certificate');
      return answer(request);
    });
    const [olderKeys, newerKeys] = await Promise.all([generateRsaKeyPair(), generateRsaKeyPair()]);
    const now = clock.now();
    const older = new CertificationAuthority({
      keyPair: olderKeys,
      notBefore: now - 5 * yearMs,
      serialNumber: 0x0133_0001,
      firstSerialNumber: 0x0a00_0001,
      ocspUrl: ocsp.url,
    });
    const newer = new CertificationAuthority({
      keyPair: newerKeys,
      notBefore: now - yearMs,
      serialNumber: 0x06d1_0002,
      firstSerialNumber: 0x0b00_0001,
      ocspUrl: ocsp.url,
    });
    answer = createOcspResponder({ authorities: [older, newer], now: () => clock.now() });
    return new TestAuthority({ clock, generations: { older, newer }, ocsp, lists: await startListServer() });
  }

  /** Writes the certificates that the provider pins. */
  async writeAnchors(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const [name, { certificate }] of Object.entries(this.#generations)) {
      await writeFile(join(directory, `${name}.cer`), certificate);
    }
  }

  /** Hands a person a new card, as the counter of a city hall would. */
  async issueCard({ residence, birthday }: SamplePerson): Promise<IssuedCard> {
    const authority = this.#generations[residence.generation];
    const { publicKey, privateKey } = await generateRsaKeyPair();
    const { certificate, serialNumber } = authority.issueUserCertificate({
      publicKey,
      notBefore: this.#clock.now() - dayMs,
      birthday,
      ...placeOf(residence),
    });
    const card = new SoftwareJpkiCard({
      certificate,
      caCertificate: authority.certificate,
      privateKey,
      pin: demoPin,
    });
    return { card, certificate, serialNumber, residence };
  }

  /** Revokes a card: OCSP says so from now on, and the next list of its municipality names it. */
  revoke(card: IssuedCard): void {
    const { residence, serialNumber } = card;
    this.#generations[residence.generation].revoke(serialNumber, this.#clock.now(), 'cessationOfOperation');
    this.#revoked.push(card);
  }

  /** Signs and publishes the day's list of one municipality. */
  publishList(residence: SamplePerson['residence']): PublishedList {
    const authority = this.#generations[residence.generation];
    const now = this.#clock.now();
    const crlNumber = this.#crlNumber++;
    const entries = [...strangersOf(now), ...this.#revokedIn(residence, now)];
    const place = placeOf(residence);
    const list = authority.issueCrl({
      ...place,
      thisUpdate: now,
      nextUpdate: now + dayMs,
      crlNumber,
      entries,
    });
    this.lists.publish(fileNameOf(residence), list);
    return { crlNumber, entryCount: entries.length, octets: list.length };
  }

  async close(): Promise<void> {
    await this.#stopOcsp();
    await this.lists.close();
  }

  #revokedIn({ municipality }: SamplePerson['residence'], revocationDate: number): readonly CrlEntry[] {
    return this.#revoked
      .filter(({ residence }) => residence.municipality === municipality)
      .map(({ serialNumber }) => ({ serialNumber, revocationDate, reason: 'cessationOfOperation' }));
  }
}

function placeOf({ prefecture, municipality }: SamplePerson['residence']) {
  return { prefecture, municipality };
}

/** Under which name the provider looks for the list of a municipality. */
function fileNameOf({ prefecture, municipality }: SamplePerson['residence']): string {
  const name = municipalityCrlName('JPKI-TEST', prefecture, municipality);
  return crlFileName(formatName(name.map(([type, value]) => [{ type, value }])));
}

function strangersOf(now: number): readonly CrlEntry[] {
  return Array.from({ length: strangers }, (_, index) => ({
    serialNumber: (firstStranger + index * 7).toString(16).padStart(8, '0'),
    revocationDate: now - index * 60_000,
    reason: 'superseded' as const,
  }));
}
