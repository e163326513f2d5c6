import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { Integer, OctetString, PrintableString, Utf8String } from 'asn1js';
import { AttributeTypeAndValue, Certificate, Extension, GeneralName, GeneralNames } from 'pkijs';
import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';

/** A certificate chain and its private key, PEM. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

/** Where a pair lies. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

const days = 24 * 3_600_000;
const selfSignedDays = 825;

/**
 * A TLS pair, read again when a file changes: a renewed certificate needs no restart.
 * @throws {InvalidInput} `ERR_TLS_FILES` when they cannot be read or do not belong together.
 */
export function tlsPairOf({ cert: certFile, key: keyFile }: TlsFiles): () => TlsPair {
  let pair = readPair(certFile, keyFile);
  let stamp = stampOf(certFile, keyFile);
  return () => {
    const now = stampOf(certFile, keyFile);
    if (now !== stamp) {
      try {
        pair = readPair(certFile, keyFile);
        stamp = now;
      } catch {
        // Half-way through being replaced: the pair at hand goes on until both files fit again.
      }
    }
    return pair;
  };
}

/**
 * A self-signed pair in the data directory, made when there is none or the one there has run out.
 * @param alsoNamed other names and IPv4 addresses under which the same host is spoken to
 */
export async function selfSignedTlsFiles(
  dataDir: string,
  hostname: string,
  now: Instant,
  alsoNamed: readonly string[] = [],
): Promise<TlsFiles> {
  const directory = join(dataDir, 'tls');
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const usable =
    existsSync(certFile) &&
    existsSync(keyFile) &&
    new X509Certificate(readFileSync(certFile)).validToDate.getTime() > now + days;
  if (!usable) {
    const { cert, key } = await makeSelfSigned([hostname, ...alsoNamed], now);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(keyFile, key, { mode: 0o600 });
    writeFileSync(certFile, cert, { mode: 0o644 });
  }
  return { cert: certFile, key: keyFile };
}

function readPair(certFile: string, keyFile: string): TlsPair {
  try {
    const pair = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    if (!new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key)))
      throw new TypeError('not a pair');
    return pair;
  } catch (cause) {
    throw new InvalidInput(
      'ERR_TLS_FILES',
      `${certFile} and ${keyFile} are no certificate with its key (PEM).`,
      cause,
    );
  }
}

function stampOf(...files: readonly string[]): string {
  return files.map((file) => (existsSync(file) ? statSync(file).mtimeMs : 0)).join(' ');
}

/** @see RFC 5280 §4.2.1.6 for the subject alternative name */
async function makeSelfSigned(names: readonly [string, ...string[]], now: Instant): Promise<TlsPair> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = new Certificate({ version: 2 });
  certificate.serialNumber = new Integer({ valueHex: positive(crypto.getRandomValues(new Uint8Array(16))) });
  const name = [
    new AttributeTypeAndValue({
      type: '2.5.4.10',
      value: new PrintableString({ value: 'Kazasu (self-signed)' }),
    }),
    new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: names[0] }) }),
  ];
  certificate.subject.typesAndValues = name;
  certificate.issuer.typesAndValues = name;
  certificate.notBefore.value = new Date(now - days);
  certificate.notAfter.value = new Date(now + selfSignedDays * days);
  const subjects = new GeneralNames({ names: names.map(generalName) });
  certificate.extensions = [
    new Extension({ extnID: '2.5.29.17', extnValue: subjects.toSchema().toBER(), parsedValue: subjects }),
  ];
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey);
  await certificate.sign(keys.privateKey, 'SHA-256');
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: pem('CERTIFICATE', certificate.toSchema(true).toBER()), key: pem('PRIVATE KEY', key) };
}

/** An IPv4 address is named by its octets. */
function generalName(name: string): GeneralName {
  if (!isIPv4(name)) return new GeneralName({ type: 2, value: name });
  const octets = Uint8Array.from(name.split('.'), Number);
  return new GeneralName({ type: 7, value: new OctetString({ valueHex: octets.buffer }) });
}

function positive(octets: Uint8Array<ArrayBuffer>): ArrayBuffer {
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return octets.buffer;
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
