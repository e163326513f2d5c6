import {
  type CertificateTemplate,
  ocspNoCheck,
  signCertificate,
} from '../../idp/demo/authority/certificate-template.ts';
import type { IssuedCertificate } from '../../idp/demo/authority/certification-authority.ts';
import { ocspResponderTemplate } from '../../idp/demo/authority/jpki-certificates.ts';
import { createCertificateVerifier } from '../../idp/jpki/certificate-verifier.ts';
import type { VerifiedCertificate } from '../../idp/ports/jpki.ts';
import { type OpensslDesk, openDesk } from './openssl.ts';
import { indexLine } from './openssl-ocsp.ts';
import { createTestPki, pem, type TestPki } from './test-pki.ts';

export const hourMs = 3_600_000;

/** Certificates of which a responder knows all but one, and a desk with everything that `openssl ocsp` wants. */
export interface OcspWorld {
  readonly pki: TestPki;
  readonly desk: OpensslDesk;
  readonly good: VerifiedCertificate;
  readonly revoked: VerifiedCertificate;
  readonly revokedAt: number;
  /** Put on hold, which is a kind of revoked. */
  readonly held: VerifiedCertificate;
  readonly unknown: VerifiedCertificate;
  readonly ofOtherGeneration: VerifiedCertificate;
  close(): void;
}

/** Who may sign the answers: files of the desk. */
export const signers = {
  issuer: { certificate: 'newer.pem', key: 'newer.key' },
  delegate: { certificate: 'delegate.pem', key: 'holder.key' },
  /** Its certificate does not say that it need not be checked. */
  delegateToCheck: { certificate: 'delegate-to-check.pem', key: 'holder.key' },
  /** A card holder. */
  stranger: { certificate: 'stranger.pem', key: 'holder.key' },
} as const;

/** At the real time: openssl asks no other clock. */
export async function openOcspWorld(): Promise<OcspWorld> {
  const pki = await createTestPki({}, Math.floor(Date.now() / 1000) * 1000);
  const order = { publicKey: pki.holder.publicKey, notBefore: pki.now - hourMs };
  const issue = () => pki.newer.issueUserCertificate(order);
  const [good, revoked, held, unknown] = [issue(), issue(), issue(), issue()];
  const revokedAt = pki.now - 2 * hourMs;
  const desk = openDesk();
  desk.put('newer.pem', pem('CERTIFICATE', pki.newer.certificate));
  desk.putKey('newer.key', pki.newer.keyPair.privateKey);
  desk.putKey('holder.key', pki.holder.privateKey);
  desk.put('delegate.pem', delegate(pki));
  desk.put('delegate-to-check.pem', delegate(pki, withoutNocheck));
  desk.put('stranger.pem', pem('CERTIFICATE', issue().certificate));
  const lines = [
    indexLine(good),
    indexLine(revoked, { at: revokedAt, reason: 'keyCompromise' }),
    indexLine(held, { at: revokedAt, reason: 'certificateHold' }),
  ];
  desk.put('index.txt', lines.join(''));
  const verified = verifierOf(pki);
  return {
    pki,
    desk,
    good: verified(good),
    revoked: verified(revoked),
    revokedAt,
    held: verified(held),
    unknown: verified(unknown),
    ofOtherGeneration: verified(pki.older.issueUserCertificate(order)),
    close: () => desk.remove(),
  };
}

const withoutNocheck = ({ extensions }: CertificateTemplate): Partial<CertificateTemplate> => ({
  extensions: extensions.filter(({ oid }) => oid !== ocspNoCheck.oid),
});

function delegate(
  { newer, holder, now }: TestPki,
  change: (template: CertificateTemplate) => Partial<CertificateTemplate> = () => ({}),
): string {
  const order = { publicKey: holder.publicKey, notBefore: now - hourMs };
  const template = ocspResponderTemplate(newer.nextEntity(order));
  const changed = { ...template, ...change(template) };
  return pem('CERTIFICATE', signCertificate(changed, newer.keyPair.privateKey));
}

function verifierOf({ anchors, now }: TestPki): (issued: IssuedCertificate) => VerifiedCertificate {
  const verifier = createCertificateVerifier({ anchors, allowTestAuthorities: true });
  return ({ certificate }) => {
    const verdict = verifier.verify(certificate, now);
    if (verdict.outcome === 'refused') throw new Error(verdict.reason);
    return verdict.certificate;
  };
}
