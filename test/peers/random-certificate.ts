import {
  authorityKeyIdentifier,
  basicConstraints,
  type CertificateTemplate,
  certificatePolicies,
  type Extension,
  extendedKeyUsage,
  keyUsage,
  signCertificate,
} from '../../idp/demo/authority/certificate-template.ts';
import type { CertificationAuthority } from '../../idp/demo/authority/certification-authority.ts';
import { integer, integerOctets, sequence } from '../../idp/demo/authority/der-writer.ts';
import { userAuthenticationTemplate } from '../../idp/demo/authority/jpki-certificates.ts';
import { sha1WithRsaEncryption, sha256WithRsaEncryption } from '../../idp/demo/authority/signer.ts';
import type { Random } from '../support/random.ts';
import { sha384WithRsaEncryption } from '../vectors/der-tricks.ts';
import { day, second, type VectorPki } from '../vectors/pki.ts';

const clientAuth = '1.3.6.1.5.5.7.3.2';
const serverAuth = '1.3.6.1.5.5.7.3.1';
const ours = '1.2.392.200149.8.5.1.3.30';
const other = '1.2.392.200149.8.5.1.1.20';

const critical = (oid: string): Extension => ({ oid, critical: true, value: sequence() });

/** What each part of a certificate may be: the first is right, and is taken nine times of ten. */
const choices = {
  issuer: { newer: null, older: null, oldest: null, stranger: null },
  signer: { issuer: null, 'the other generation': null },
  authorityKeyId: { own: null, absent: null, 'of another generation': null },
  validity: {
    now: (at: number) => [at - 30 * day, at + 900 * day],
    'from this second': (at: number) => [at, at + 900 * day],
    'until this second': (at: number) => [at - 30 * day, at],
    'from the next second': (at: number) => [at + second, at + 900 * day],
    'until the last second': (at: number) => [at - 30 * day, at - second],
    'ten years': (at: number) => [at - 30 * day, at + 3650 * day],
  },
  keyUsage: {
    digitalSignature: keyUsage(0),
    absent: undefined,
    'not critical': { ...keyUsage(0), critical: false },
    'digitalSignature and nonRepudiation': keyUsage(0, 1),
    'digitalSignature and keyCertSign': keyUsage(0, 5),
    keyAgreement: keyUsage(4),
    keyEncipherment: keyUsage(2),
  },
  extendedKeyUsage: {
    clientAuth: extendedKeyUsage(clientAuth),
    'clientAuth and another': extendedKeyUsage(serverAuth, clientAuth),
    absent: undefined,
    serverAuth: extendedKeyUsage(serverAuth),
    any: extendedKeyUsage('2.5.29.37.0'),
  },
  policies: {
    ours: certificatePolicies(ours),
    'ours and another': certificatePolicies(other, ours),
    absent: undefined,
    other: certificatePolicies(other),
    any: certificatePolicies('2.5.29.32.0'),
    'not critical': { ...certificatePolicies(ours), critical: false },
  },
  criticalExtension: {
    none: undefined,
    private: critical('1.2.3.4'),
    nameConstraints: critical('2.5.29.30'),
    subjectAltName: {
      ...critical('2.5.29.17'),
      value: sequence(Buffer.from('8209686f6c6465722e6a70', 'hex')),
    },
  },
  basicConstraints: { absent: undefined, holder: basicConstraints(false), authority: basicConstraints(true) },
  serialNumber: {
    counted: undefined,
    '20 octets': integerOctets('7f'.repeat(20)),
    'highest bit set': integer('ff000001'),
    zero: integer(0),
    negative: integerOctets('8b000001'),
    '21 octets': integerOctets('01'.repeat(21)),
  },
  key: {
    'rsa-2048': 'holder',
    'rsa-1024': 'rsa-1024',
    'rsa-3072': 'rsa-3072',
    'rsa-exponent-3': 'rsa-exponent-3',
    'p-256': 'p-256',
  },
  algorithm: {
    sha256WithRSA: sha256WithRsaEncryption,
    sha1WithRSA: sha1WithRsaEncryption,
    sha384WithRSA: sha384WithRsaEncryption,
  },
} as const;

type Choices = typeof choices;

/** What went into a certificate, by name. */
export type Ingredients = { readonly [part in keyof Choices]: keyof Choices[part] } & {
  readonly version: number;
};

/** The right one nine times of ten, so that a third of all certificates is right in every part. */
function choose<T extends object>(random: Random, from: T): keyof T {
  const [right, ...wrong] = Object.keys(from) as (keyof T)[];
  const [first = right, ...rest] = wrong;
  if (right === undefined || first === undefined) throw new Error('nothing to choose from');
  return random.below(10) > 0 ? right : random.pick([first, ...rest]);
}

function chooseAll(random: Random): Ingredients {
  const parts = Object.entries(choices).map(([part, from]) => [part, choose(random, from)]);
  return { ...Object.fromEntries(parts), version: random.below(20) === 0 ? random.pick([1, 2]) : 3 };
}

/** A certificate whose parts are right or wrong independently of each other, signed as it is. */
export function randomCertificate(
  random: Random,
  pki: VectorPki,
): { readonly der: Uint8Array; readonly ingredients: Ingredients } {
  const ingredients = chooseAll(random);
  const issuer = ingredients.issuer === 'stranger' ? pki.strangeAuthority() : pki[ingredients.issuer];
  const signer = ingredients.signer === 'issuer' ? issuer : otherThan(issuer, pki);
  const template = templateOf(ingredients, issuer, pki);
  const der = signCertificate(template, signer.keyPair.privateKey, choices.algorithm[ingredients.algorithm]);
  return { der, ingredients };
}

const otherThan = (one: CertificationAuthority, { newer, older }: VectorPki): CertificationAuthority =>
  one === newer ? older : newer;

function templateOf(
  parts: Ingredients,
  issuer: CertificationAuthority,
  pki: VectorPki,
): CertificateTemplate & { readonly version: number } {
  const { publicKey } = pki.key(choices.key[parts.key]);
  const [notBefore = 0, notAfter = 0] = choices.validity[parts.validity](pki.now);
  const right = userAuthenticationTemplate(issuer.nextEntity({ publicKey, notBefore, notAfter }));
  const replaced = ['2.5.29.15', '2.5.29.37', '2.5.29.32', '2.5.29.35'];
  const extensions = [
    ...right.extensions.filter(({ oid }) => !replaced.includes(oid)),
    choices.keyUsage[parts.keyUsage],
    choices.extendedKeyUsage[parts.extendedKeyUsage],
    choices.policies[parts.policies],
    choices.criticalExtension[parts.criticalExtension],
    choices.basicConstraints[parts.basicConstraints],
    authorityKeyIdOf(parts, issuer, pki),
  ].filter((extension): extension is Extension => extension !== undefined);
  const serialNumber = choices.serialNumber[parts.serialNumber] ?? right.serialNumber;
  return { ...right, serialNumber, extensions, version: parts.version };
}

function authorityKeyIdOf(
  { authorityKeyId }: Ingredients,
  issuer: CertificationAuthority,
  pki: VectorPki,
): Extension | undefined {
  if (authorityKeyId === 'absent') return undefined;
  return authorityKeyIdentifier(authorityKeyId === 'own' ? issuer.keyId : otherThan(issuer, pki).keyId);
}
