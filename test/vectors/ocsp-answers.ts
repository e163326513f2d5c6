import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { OcspRefusal } from '../../connectors/jpki/ocsp-response.ts';
import {
  type CertificateTemplate,
  type Extension,
  extendedKeyUsage,
  keyIdentifier,
  keyUsage,
  ocspNoCheck,
  signCertificate,
} from '../../idp/demo/authority/certificate-template.ts';
import type { CertificationAuthority, KeyPair } from '../../idp/demo/authority/certification-authority.ts';
import {
  bitString,
  enumerated,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  tlv,
} from '../../idp/demo/authority/der-writer.ts';
import { ocspResponderTemplate } from '../../idp/demo/authority/jpki-certificates.ts';
import { encodeName } from '../../idp/demo/authority/names.ts';
import {
  type OcspResponseTemplate,
  ocspNonce,
  ocspRefusal,
  type SingleResponse,
  signOcspResponse,
} from '../../idp/demo/authority/ocsp-response.ts';
import { turnBit } from '../support/mutate.ts';
import { hour, second, type TestKeyName, type VectorPki } from './pki.ts';
import type { Maker, VectorTable } from './vector.ts';

const minute = 60 * second;

/** The nonce of the request that every answer is held against. */
export const askedNonce = Buffer.alloc(32, 7);
/** The certificate that was asked about: `certificate/accepted.newer-generation.der`. */
const askedSerialNumber = '0b000001';

interface Answer extends Partial<Omit<OcspResponseTemplate, 'responses'>> {
  readonly single?: Partial<SingleResponse>;
  /** What is said once more about the same certificate, differently. */
  readonly again?: Partial<SingleResponse>;
  readonly signer?: KeyPair;
}

type Change = (pki: VectorPki) => Answer;

/** A good answer with parts exchanged; everything else right, signature included. */
const answer =
  (change: Change = () => ({})) =>
  (pki: VectorPki): Uint8Array => {
    const { single, again, signer = pki.newer.keyPair, ...rest } = change(pki);
    const response: SingleResponse = {
      certId: certId(pki.newer, askedSerialNumber),
      status: { status: 'good' },
      thisUpdate: pki.now - minute,
      nextUpdate: pki.now + 10 * minute,
      ...single,
    };
    const responderKeyId = keyIdentifier(signer.publicKey);
    const extensions = [ocspNonce(askedNonce)];
    const responses = again === undefined ? [response] : [response, { ...response, ...again }];
    const template = { responderKeyId, producedAt: pki.now, extensions, ...rest, responses };
    return signOcspResponse(template, signer.privateKey);
  };

const changed =
  (change: (der: Buffer) => Uint8Array) =>
  (pki: VectorPki): Uint8Array =>
    change(Buffer.from(answer()(pki)));

/** @see RFC 6960 §4.1.1 */
function certId(authority: CertificationAuthority, serialNumber: string): Uint8Array {
  const nameHash = createHash('sha1').update(encodeName(authority.name)).digest();
  return sequence(
    sequence(objectIdentifier('1.3.14.3.2.26'), nullValue()),
    octetString(nameHash),
    octetString(authority.keyHash('sha1')),
    integer(serialNumber),
  );
}

/** By a delegate: `another-holder`'s key under a responder's certificate of this authority. */
const delegated = (
  authority: (pki: VectorPki) => CertificationAuthority,
  validity: readonly [from: number, to: number] = [-hour, hour],
): Maker =>
  answer((pki) => ({
    signer: pki.key('another-holder'),
    certificate: authority(pki).issueOcspResponderCertificate({
      publicKey: pki.key('another-holder').publicKey,
      notBefore: pki.now + validity[0],
      notAfter: pki.now + validity[1],
    }).certificate,
  }));

/** The same, with the responder's certificate changed before the authority signs it. */
const delegatedBy = (
  change: (template: CertificateTemplate) => Partial<CertificateTemplate>,
  signer: TestKeyName = 'another-holder',
): Maker =>
  answer((pki) => {
    const { publicKey } = pki.key(signer);
    const validity = { notBefore: pki.now - hour, notAfter: pki.now + hour };
    const template = ocspResponderTemplate(pki.newer.nextEntity({ publicKey, ...validity }));
    const certificate = signCertificate({ ...template, ...change(template) }, pki.newer.keyPair.privateKey);
    return { signer: pki.key(signer), certificate };
  });

/** Extensions with one left out, and perhaps others in its place. */
const without =
  (oid: string, ...others: readonly Extension[]) =>
  ({ extensions }: Pick<CertificateTemplate, 'extensions'>) => ({
    extensions: [...extensions.filter((extension) => extension.oid !== oid), ...others],
  });

const unheardOf: Extension = { oid: '1.3.6.1.4.1.32473.1', critical: true, value: nullValue() };

const withNonce = (nonce: Uint8Array): Maker => answer(() => ({ extensions: [ocspNonce(nonce)] }));

/** An answer that says more than it needs to: what is in such an extension changes nothing. */
const withHarmlessExtension = (value: Uint8Array): Maker =>
  answer(() => ({ extensions: [ocspNonce(askedNonce), { oid: '1.2.3', critical: false, value }] }));

export const ocspVectors = {
  accepted: {
    good: answer(),
    revoked: answer(({ now }) => ({
      single: { status: { status: 'revoked', revocationDate: now - hour, reason: 'keyCompromise' } },
    })),
    'unknown-which-is-not-revoked': answer(() => ({ single: { status: { status: 'unknown' } } })),
    'by-a-delegate': delegated(({ newer }) => newer),
    'without-nonce-15-minutes-old': answer(({ now }) => ({
      extensions: [],
      single: { thisUpdate: now - 15 * minute },
    })),
    'by-name': answer(({ newer }) => ({ responderName: encodeName(newer.name) })),
    'said-twice': answer(({ now }) => ({ again: { thisUpdate: now - 2 * minute } })),
    'by-a-delegate-without-key-usage': delegatedBy(without('2.5.29.15')),
  },
  malformed: {
    nothing: () => new Uint8Array(),
    'a-web-page': () => '<!doctype html><title>Sign in to the network</title>',
    'something-behind': changed((der) => Buffer.concat([der, Buffer.alloc(1)])),
    half: changed((der) => der.subarray(0, der.length / 2)),
    'an-empty-sequence': () => sequence(),
    'success-without-an-answer': () => sequence(enumerated(0)),
    'elements-by-the-thousand': withHarmlessExtension(Buffer.alloc(10_000, Buffer.from('0500', 'hex'))),
    'another-type-of-answer': changed((der) => turnBit(der, der.indexOf('2b0601050507300101', 'hex') + 8)),
  },
  'try-later': { 'a-responder-that-is-busy': () => ocspRefusal(3) },
  unauthorized: { 'a-responder-that-is-not-in-charge': () => ocspRefusal(6) },
  'not-successful': {
    'malformed-request': () => ocspRefusal(1),
    'internal-error': () => ocspRefusal(2),
    'signature-required': () => ocspRefusal(5),
  },
  'algorithm-not-allowed': {
    'delegate-with-1024-bits': delegatedBy(() => ({}), 'rsa-1024'),
    'sha-1': changed((der) => {
      der.write('2a864886f70d010105', der.lastIndexOf('2a864886f70d01010b', undefined, 'hex'), 'hex');
      return der;
    }),
  },
  'signature-invalid': {
    'of-a-stranger': answer((pki) => ({ signer: pki.key('stranger') })),
    'of-the-other-generation': answer(({ older }) => ({ signer: older.keyPair })),
    'bit-of-the-signature-turned': changed((der) => turnBit(der, der.length - 1)),
    'delegate-with-a-key-of-15200-bits': answer((pki) => ({
      signer: pki.key('stranger'),
      certificate: signCertificate(
        { ...ocspResponderTemplate(pki.newer.nextEntity(costlyEntity(pki))), subjectPublicKey: costlyKey() },
        pki.newer.keyPair.privateKey,
      ),
    })),
    'good-written-in-for-unknown': (pki) => {
      const der = Buffer.from(answer(() => ({ single: { status: { status: 'unknown' } } }))(pki));
      der[der.indexOf('8200180f', 'hex')] = 0x80;
      return der;
    },
  },
  'responder-not-authorized': {
    'delegate-of-the-other-generation': delegated(({ older }) => older),
    'delegate-whose-certificate-has-ended': delegated(({ newer }) => newer, [-2 * hour, -hour]),
    'delegate-whose-certificate-begins-later': delegated(({ newer }) => newer, [hour, 2 * hour]),
    'holder-for-the-own-card': answer((pki) => ({
      signer: pki.holder,
      certificate: pki.newer.issueUserCertificate({ publicKey: pki.holder.publicKey, notBefore: pki.now })
        .certificate,
    })),
    'delegate-for-another-purpose': delegatedBy(without('2.5.29.37', extendedKeyUsage('1.3.6.1.5.5.7.3.2'))),
    'delegate-for-any-purpose': delegatedBy(without('2.5.29.37', extendedKeyUsage('2.5.29.37.0'))),
    'delegate-whose-key-only-enciphers': delegatedBy(without('2.5.29.15', keyUsage(2))),
    'delegate-with-an-unknown-critical-extension': delegatedBy(without('', unheardOf)),
    'delegate-that-certified-itself': answer((pki) => ({
      signer: pki.key('stranger'),
      certificate: selfMadeDelegate(pki),
    })),
  },
  'responder-not-checked': {
    'delegate-without-nocheck': delegatedBy(without(ocspNoCheck.oid)),
  },
  'responder-id-mismatch': {
    'key-of-the-other-generation': answer(({ older }) => ({ responderKeyId: older.keyId })),
    'name-of-somebody-else': answer(() => ({ responderName: encodeName([['CN', 'Somebody else']]) })),
  },
  contradictory: {
    'good-and-revoked': answer(({ now }) => ({
      again: { status: { status: 'revoked', revocationDate: now - hour } },
    })),
    'revoked-at-two-times': answer(({ now }) => ({
      single: { status: { status: 'revoked', revocationDate: now - hour } },
      again: { status: { status: 'revoked', revocationDate: now - 2 * hour } },
    })),
  },
  'unknown-critical-extension': {
    'of-the-answer': answer(() => ({ extensions: [ocspNonce(askedNonce), unheardOf] })),
    'of-what-is-said': answer(() => ({ single: { extensions: [unheardOf] } })),
  },
  'nonce-missing': { 'where-it-is-required': answer(() => ({ extensions: [] })) },
  'nonce-mismatch': {
    'two-of-which-one-is-ours': answer(() => ({
      extensions: [ocspNonce(askedNonce), ocspNonce(Buffer.alloc(32, 8))],
    })),
    'answer-to-another-request': withNonce(Buffer.alloc(32, 8)),
    'cut-short': withNonce(askedNonce.subarray(1)),
    empty: withNonce(Buffer.alloc(0)),
  },
  'other-certificate': {
    'another-serial-number': answer(({ newer }) => ({ single: { certId: certId(newer, '0b000002') } })),
    'same-serial-number-of-the-other-generation': answer(({ older }) => ({
      single: { certId: certId(older, askedSerialNumber) },
    })),
  },
  'not-yet-valid': {
    'an-hour-ahead': answer(({ now }) => ({
      single: { thisUpdate: now + hour, nextUpdate: now + 2 * hour },
    })),
  },
  stale: {
    'nextupdate-a-second-ago': answer(({ now }) => ({ single: { nextUpdate: now - second } })),
    'without-nonce-older-than-15-minutes': answer(({ now }) => ({
      extensions: [],
      single: { thisUpdate: now - 15 * minute - second },
    })),
  },
} satisfies VectorTable<OcspRefusal>;

function costlyEntity({ holder, now }: VectorPki) {
  return { publicKey: holder.publicKey, notBefore: now - hour };
}

/** An RSA key that nobody has, with which every attempt takes its time. */
function costlyKey(): KeyObject {
  const odd = (octets: number): Uint8Array => Buffer.alloc(octets, 0x7f);
  const key = sequence(tlv(0x02, odd(1900)), tlv(0x02, odd(8)));
  const rsaEncryption = sequence(objectIdentifier('1.2.840.113549.1.1.1'), nullValue());
  const spki = sequence(rsaEncryption, bitString(key));
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}

function selfMadeDelegate(pki: VectorPki): Uint8Array {
  const stranger = pki.strangeAuthority();
  return stranger.issueOcspResponderCertificate({
    publicKey: pki.key('stranger').publicKey,
    notBefore: pki.now - hour,
    notAfter: pki.now + hour,
  }).certificate;
}
