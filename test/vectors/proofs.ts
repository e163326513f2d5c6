import { constants, createHash, type KeyObject, privateEncrypt, sign } from 'node:crypto';
import { signCertificate } from '../../idp/demo/authority/certificate-template.ts';
import { type ProofClaims, proofMessage } from '../../idp/domain/proof-message.ts';
import type { ClaimedEvidence, EvidenceRefusal } from '../../idp/flows/read-evidence.ts';
import { goodTemplate } from './certificate-makers.ts';
import { day, hour, judgedAt, type VectorPki } from './pki.ts';
import type { Maker, VectorTable } from './vector.ts';

/** One proof: what the server holds and builds its message from, and what a bridge brings. */
export interface ProofVector {
  readonly expected: ProofClaims;
  readonly evidence: ClaimedEvidence;
}

/** What the server holds of a sign-in, and of a registration. */
const login: ProofClaims = {
  purpose: 'login',
  issuer: 'https://idp.example',
  readerId: 'reader-7',
  nonce: 'n3Qk0Zk8d1vLx0v5m2J6Uw',
  issuedAtSeconds: judgedAt / 1000,
};

const registrationFields = {
  registrationId: 'registration-1',
  personId: 'person-1',
  consentSha256: createHash('sha256').update('consent').digest('hex'),
};

const registration: ProofClaims = { ...login, purpose: 'registration', registration: registrationFields };

type Sign = (pki: VectorPki) => Uint8Array;
type Certificate = (pki: VectorPki) => Uint8Array;

const certificateOf: Certificate = (pki) => signCertificate(goodTemplate(pki), pki.newer.keyPair.privateKey);

const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');

const vectorText = (vector: ProofVector): string => `${JSON.stringify(vector, null, 2)}\n`;

/** A proof that is right but for how it was signed, or for the certificate that it brings. */
const proof =
  (expected: ProofClaims, signature: Sign, certificate: Certificate = certificateOf): Maker =>
  (pki) =>
    vectorText({
      expected,
      evidence: {
        type: 'signature',
        certificate: base64(certificate(pki)),
        signature: base64(signature(pki)),
      },
    });

/** As the card signs: the holder's key over the message of these claims. */
const signed =
  (claims: ProofClaims, key: (pki: VectorPki) => KeyObject = ({ holder }) => holder.privateKey): Sign =>
  (pki) =>
    sign('sha256', proofMessage(claims), key(pki));

const inLogin = (changes: Partial<ProofClaims>): Maker => proof(login, signed({ ...login, ...changes }));

const inRegistration = (changes: Partial<typeof registrationFields>): Maker =>
  proof(registration, signed({ ...registration, registration: { ...registrationFields, ...changes } }));

/** The signature of the right message, turned into something else. */
const turnedInto = (change: (signature: Buffer) => Uint8Array): Maker =>
  proof(login, (pki) => change(Buffer.from(signed(login)(pki))));

const identifier = (number: string, more: { readonly issuerKeyId?: string } = {}): Maker => {
  const evidence = { type: 'identifier', kind: 'jpki', number, ...more } as const;
  return () => vectorText({ expected: login, evidence });
};

export const proofVectors = {
  accepted: {
    login: proof(login, signed(login)),
    registration: proof(registration, signed(registration)),
  },
  'signature-invalid': {
    'another-challenge': inLogin({ nonce: 'n3Qk0Zk8d1vLx0v5m2J6Ux' }),
    'no-challenge': inLogin({ nonce: '' }),
    'another-reader': inLogin({ readerId: 'reader-8' }),
    'another-purpose': inLogin({ purpose: 'registration' }),
    'login-in-place-of-registration': proof(registration, signed(login)),
    'another-time': inLogin({ issuedAtSeconds: login.issuedAtSeconds - 1 }),
    'another-issuer': inLogin({ issuer: 'https://idp.example.net' }),
    'another-registration': inRegistration({ registrationId: 'registration-2' }),
    'another-person': inRegistration({ personId: 'person-2' }),
    'another-consent': inRegistration({
      consentSha256: createHash('sha256').update('another consent').digest('hex'),
    }),
    'fields-moved-into-each-other': inLogin({ issuer: `${login.issuer}\n8:reader-7`, readerId: '' }),
    'digest-in-place-of-the-message': proof(login, ({ holder }) =>
      sign('sha256', createHash('sha256').update(proofMessage(login)).digest(), holder.privateKey),
    ),
    'digest-without-its-algorithm': proof(login, ({ holder }) =>
      privateEncrypt(
        { key: holder.privateKey, padding: constants.RSA_PKCS1_PADDING },
        createHash('sha256').update(proofMessage(login)).digest(),
      ),
    ),
    'sha-1': proof(login, ({ holder }) => sign('sha1', proofMessage(login), holder.privateKey)),
    'sha-512': proof(login, ({ holder }) => sign('sha512', proofMessage(login), holder.privateKey)),
    'pss-padding': proof(login, ({ holder }) =>
      sign('sha256', proofMessage(login), {
        key: holder.privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
      }),
    ),
    'another-cards-key': proof(
      login,
      signed(login, (pki) => pki.key('another-holder').privateKey),
    ),
    'the-authoritys-key': proof(
      login,
      signed(login, ({ newer }) => newer.keyPair.privateKey),
    ),
    'certificate-of-another-card': proof(login, signed(login), (pki) =>
      signCertificate(
        { ...goodTemplate(pki), subjectPublicKey: pki.key('another-holder').publicKey },
        pki.newer.keyPair.privateKey,
      ),
    ),
    'bit-turned': turnedInto((signature) => {
      signature[100] = (signature[100] ?? 0) ^ 1;
      return signature;
    }),
    'one-octet-short': turnedInto((signature) => signature.subarray(0, -1)),
    'one-octet-more': turnedInto((signature) => Buffer.concat([signature, Buffer.alloc(1)])),
    'zero-octet-before': turnedInto((signature) => Buffer.concat([Buffer.alloc(1), signature])),
    'all-zero': turnedInto((signature) => signature.fill(0)),
    empty: turnedInto(() => Buffer.alloc(0)),
  },
  'certificate-refused': {
    expired: proof(login, signed(login), (pki) =>
      signCertificate({ ...goodTemplate(pki), notAfter: pki.now - day }, pki.newer.keyPair.privateKey),
    ),
    'signature-certificate-in-its-place': proof(
      login,
      signed(login),
      ({ newer, holder, now }) =>
        newer.issueSignatureCertificate({ publicKey: holder.publicKey, notBefore: now - hour }).certificate,
    ),
    'certified-by-the-card-itself': proof(login, signed(login), (pki) =>
      signCertificate(goodTemplate(pki), pki.holder.privateKey),
    ),
    'no-certificate': proof(login, signed(login), () => new Uint8Array()),
  },
  'number-malformed': {
    'serial-number-zero': identifier('00000000'),
    'serial-number-of-21-octets': identifier('01'.repeat(21)),
    'serial-number-is-no-hex': identifier('0b00000g'),
    'issuer-key-id-is-no-hex': identifier('0b000001', { issuerKeyId: 'authority' }),
  },
} satisfies VectorTable<EvidenceRefusal>;
