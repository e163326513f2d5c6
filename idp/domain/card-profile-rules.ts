import {
  type CardProfile,
  isForbiddenApplication,
  isForbiddenFile,
  isForbiddenReference,
  type PossessionProfile,
  type SignatureAlgorithmProfile,
} from './card-profile.ts';

/** @see RFC 8017 §9.2 note 1 */
const digestInfoPrefixes: { readonly [name in PossessionProfile['digest']]: string } = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
};

/** @see RFC 4055 §5, RFC 5758 §3.2 */
const knownAlgorithms: readonly SignatureAlgorithmProfile[] = [
  { oid: '1.2.840.113549.1.1.11', digest: 'sha256', keyType: 'rsa' },
  { oid: '1.2.840.113549.1.1.12', digest: 'sha384', keyType: 'rsa' },
  { oid: '1.2.840.10045.4.3.2', digest: 'sha256', keyType: 'ec' },
  { oid: '1.2.840.10045.4.3.3', digest: 'sha384', keyType: 'ec' },
];

/** What is well-formed in one profile and yet cannot be, or must not be. */
export function contradictions(one: CardProfile): readonly string[] {
  const { possession, application: card } = one;
  const files = [card.certificate, card.privateKey, card.pin, ...(card.tokenInfo ? [card.tokenInfo] : [])];
  const prefix = one.key.type === 'rsa' ? digestInfoPrefixes[possession.digest] : undefined;
  const unknown = one.signatureAlgorithms.filter(
    (named) =>
      !knownAlgorithms.some(
        (known) =>
          known.oid === named.oid && known.digest === named.digest && known.keyType === named.keyType,
      ),
  );
  const found: readonly (readonly [boolean, string])[] = [
    [unknown.length > 0, 'signatureAlgorithms: no algorithm that this version verifies'],
    [
      possession.digestInfoPrefix !== prefix,
      `possession.digestInfoPrefix: is ${prefix ?? 'absent with an EC key'}`,
    ],
    [
      one.key.type === 'rsa' && possession.dsaEncoding !== undefined,
      'possession.dsaEncoding: is absent with an RSA key',
    ],
    [!one.testOrganizations.includes('JPKI-TEST'), 'testOrganizations: JPKI-TEST stays among them'],
    [isForbiddenApplication(card.aid), 'application.aid: holds the individual number, and is never selected'],
    [
      files.some(({ fileId, shortId }) => isForbiddenFile(card.aid, fileId, shortId)) ||
        isForbiddenReference(card.aid, card.pin.reference),
      'application: the files of the electronic signature, and what lies outside the application, are never touched',
    ],
  ];
  return found.filter(([is]) => is).map(([, what]) => `${one.name}: ${what}`);
}

/** The pairs of profiles that could not be told apart. */
export function confusions(profiles: readonly CardProfile[]): readonly string[] {
  return profiles.flatMap((one, index) =>
    profiles.slice(0, index).flatMap((other) => {
      const both = `${other.name} and ${one.name}`;
      if (one.name === other.name) return [`${both}: the same name twice`];
      if (one.application.aid !== other.application.aid || differByLabel(one, other)) return [];
      return [`${both}: the same AID, and no label in the same file that tells them apart`];
    }),
  );
}

function differByLabel({ application: one }: CardProfile, { application: other }: CardProfile): boolean {
  const labels = other.tokenInfo?.labels ?? [];
  const sameFile = one.tokenInfo?.fileId === other.tokenInfo?.fileId;
  return (
    one.tokenInfo !== undefined && sameFile && !one.tokenInfo.labels.some((label) => labels.includes(label))
  );
}
