import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertificateVerifier } from '../../idp/jpki/certificate-verifier.ts';
import { type OpensslDesk, openDesk } from '../support/openssl.ts';
import { requirePrograms } from '../support/programs.ts';
import { seededRandom } from '../support/random.ts';
import { pem } from '../support/test-pki.ts';
import { judgedAt, openVectorPki, pinnedAnchors, second } from '../vectors/pki.ts';
import { type Ingredients, randomCertificate } from './random-certificate.ts';

const missing = requirePrograms('openssl');
const certificates = 500;
const policy = '1.2.392.200149.8.5.1.3.30';

/**
 * Where we refuse what openssl finds valid for client authentication under the policy: the whole list. Each rule tells
 * by what went into a certificate whether it must be refused, and by which name.
 */
const stricterRules: readonly {
  readonly reason: string;
  readonly why: string;
  readonly refuses: (of: Ingredients) => boolean;
}[] = [
  {
    reason: 'key-usage',
    why: 'openssl is content with digitalSignature among others, with keyAgreement, or with none; not critical',
    refuses: ({ keyUsage }) => keyUsage !== 'digitalSignature',
  },
  {
    reason: 'extended-key-usage',
    why: 'openssl takes its absence for every purpose',
    refuses: ({ extendedKeyUsage }) => !['clientAuth', 'clientAuth and another'].includes(extendedKeyUsage),
  },
  {
    reason: 'certificate-policy',
    why: 'openssl takes any policy for this one, and does not ask that it be critical',
    refuses: ({ policies }) => !['ours', 'ours and another'].includes(policies),
  },
  {
    reason: 'unknown-critical-extension',
    why: 'openssl knows more extensions than a card profile lists',
    refuses: ({ criticalExtension }) => criticalExtension !== 'none',
  },
  {
    reason: 'ca-certificate',
    why: 'openssl lets an authority be a client',
    refuses: ({ basicConstraints, keyUsage }) =>
      basicConstraints === 'authority' || keyUsage === 'digitalSignature and keyCertSign',
  },
  {
    reason: 'issuer-unknown',
    why: 'openssl looks for the issuer by name where no key identifier is given',
    refuses: ({ authorityKeyId }) => authorityKeyId === 'absent',
  },
  {
    reason: 'serial-number-invalid',
    why: 'openssl does not look at serial numbers',
    refuses: ({ serialNumber }) => ['zero', 'negative', '21 octets'].includes(serialNumber),
  },
  {
    reason: 'key-not-in-profile',
    why: 'openssl takes any key that is strong enough for it',
    refuses: ({ key }) => key !== 'rsa-2048',
  },
  {
    reason: 'algorithm-not-in-profile',
    why: 'openssl takes any algorithm that is strong enough for it',
    refuses: ({ algorithm }) => algorithm !== 'sha256WithRSA',
  },
  {
    reason: 'validity-too-long',
    why: 'openssl does not look at how long a certificate holds',
    refuses: ({ validity }) => validity === 'ten years',
  },
  {
    reason: 'malformed',
    why: 'openssl reads extensions in certificates of any version',
    refuses: ({ version }) => version !== 3,
  },
];

/*
 * The one place where we accept what openssl refuses: a certificate holds through its notAfter (RFC 5280 §4.1.2.5), and
 * openssl ends it as that second begins. It is asked about those a second earlier.
 */

describe.skipIf(missing)(`on ${certificates} certificates, right and wrong in random places,`, () => {
  const pki = openVectorPki();
  const random = seededRandom(500);
  const made = Array.from({ length: certificates }, () => randomCertificate(random, pki));
  const verifier = createCertificateVerifier({ anchors: pinnedAnchors(), allowTestAuthorities: true });
  const verdicts = made.map(({ der }) => verifier.verify(der, judgedAt));
  let desk: OpensslDesk;
  let isValidToOpenssl: readonly boolean[];

  beforeAll(() => {
    desk = openDesk();
    const authorities = [pki.newer, pki.older, pki.oldest];
    desk.put('anchors.pem', authorities.map((one) => pem('CERTIFICATE', one.certificate)).join(''));
    const files = made.map(({ der }, index) => desk.put(`${index}.pem`, pem('CERTIFICATE', der)));
    const forWhat = ['-purpose', 'sslclient', '-policy', policy, '-explicit_policy'];
    const validAt = (instant: number): ReadonlySet<string> => {
      const when = ['-attime', String(instant / second)];
      const { output } = desk.attempt('verify', ...forWhat, ...when, '-CAfile', 'anchors.pem', ...files);
      return new Set(output.split('\n').filter((line) => line.endsWith(': OK')));
    };
    const [now, before] = [validAt(judgedAt), validAt(judgedAt - second)];
    isValidToOpenssl = files.map((file, index) => {
      const valid = made[index]?.ingredients.validity === 'until this second' ? before : now;
      return valid.has(`${file}: OK`);
    });
  });
  afterAll(() => desk?.remove());

  it('we accept exactly what openssl accepts and none of our stricter rules refuses', () => {
    const disagreements = made.flatMap(({ ingredients }, index) => {
      const refusing = stricterRules.filter(({ refuses }) => refuses(ingredients));
      const expected = isValidToOpenssl[index] && refusing.length === 0 ? 'verified' : 'refused';
      const outcome = verdicts[index]?.outcome;
      return outcome === expected ? [] : [{ index, outcome, expected, ingredients }];
    });
    expect(disagreements).toEqual([]);
  });

  it('where only our rules refuse, we name one of them', () => {
    const misnamed = made.flatMap(({ ingredients }, index) => {
      const verdict = verdicts[index];
      if (!isValidToOpenssl[index] || verdict?.outcome !== 'refused') return [];
      const reasons = stricterRules.filter(({ refuses }) => refuses(ingredients)).map(({ reason }) => reason);
      return reasons.includes(verdict.reason)
        ? []
        : [{ index, reason: verdict.reason, reasons, ingredients }];
    });
    expect(misnamed).toEqual([]);
  });

  it('each stricter rule refused something that openssl accepts, and enough was accepted by both', () => {
    const refusedByUsAlone = made.filter(
      (_, index) => isValidToOpenssl[index] && verdicts[index]?.outcome === 'refused',
    );
    const idle = stricterRules.filter(
      ({ refuses }) => !refusedByUsAlone.some(({ ingredients }) => refuses(ingredients)),
    );
    expect(idle.map(({ reason }) => reason)).toEqual([]);
    expect(verdicts.filter(({ outcome }) => outcome === 'verified').length).toBeGreaterThan(50);
    expect(isValidToOpenssl.filter((valid) => !valid).length).toBeGreaterThan(50);
  });
});
