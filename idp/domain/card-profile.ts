/** How a holder's key must look. */
export type KeyProfile =
  | {
      readonly type: 'rsa';
      readonly modulusLengths: readonly number[];
      readonly publicExponent: number;
    }
  | { readonly type: 'ec'; readonly namedCurves: readonly string[] };

/** An X.509 signature algorithm that the issuer may use, with the digest that node:crypto wants. */
export interface SignatureAlgorithmProfile {
  readonly oid: string;
  readonly digest: 'sha256' | 'sha384';
  readonly keyType: 'rsa' | 'ec';
}

/** How the card signs a message. */
export interface PossessionProfile {
  readonly digest: 'sha256' | 'sha384';
  /** What stands before the digest in the data handed to an RSA key, in hex. @see RFC 8017 §9.2 note 1 */
  readonly digestInfoPrefix?: string;
  /** The form of an ECDSA signature; absent where it is not known: either is taken. @see IEEE 1363 §10.2.8 (r ‖ s) */
  readonly dsaEncoding?: 'der' | 'ieee-p1363';
}

/** The bits of keyUsage that may be wished for; nonRepudiation is the electronic signature's. @see RFC 5280 §4.2.1.3 */
export type KeyUsageBit = 'digitalSignature' | 'keyEncipherment' | 'dataEncipherment' | 'keyAgreement';

/** How an elementary file is reached. */
export interface CardFile {
  /** Two octets in lower-case hex. */
  readonly fileId: string;
  /** Short EF identifier, one octet in lower-case hex, for READ BINARY without a SELECT; cards may refuse it. */
  readonly shortId?: string;
}

/** The application on the card, and the files in it that the bridge may touch; it may touch no other. */
export interface CardApplication {
  /** Lower-case hex. */
  readonly aid: string;
  /** The user-authentication certificate. */
  readonly certificate: CardFile;
  readonly certificateNeedsPin: boolean;
  readonly privateKey: CardFile;
  readonly pin: CardFile & {
    /** P2 of VERIFY, one octet in lower-case hex. */
    readonly reference: string;
    readonly digits: number;
    readonly maxTries: number;
  };
  /** Where the label stands that tells tokens of one AID apart: in the first 32 octets, padded with spaces. */
  readonly tokenInfo?: CardFile & { readonly labels: readonly string[] };
}

/** Everything that is particular to one generation of cards: data, so that the next generation is data too. */
export interface CardProfile {
  readonly name: string;
  /** Of certificates and lists. */
  readonly signatureAlgorithms: readonly SignatureAlgorithmProfile[];
  readonly key: KeyProfile;
  readonly possession: PossessionProfile;
  /** One of them must be asserted, in a critical extension. */
  readonly certificatePolicies: readonly string[];
  /** Exactly these bits, in a critical extension. */
  readonly keyUsage: readonly KeyUsageBit[];
  /** All of them. */
  readonly extendedKeyUsage: readonly string[];
  /** Critical extensions that are processed; any other refuses the certificate. @see RFC 5280 §4.2 */
  readonly criticalExtensions: readonly string[];
  readonly maxValiditySeconds: number;
  /** `O` of the issuers of test cards in upper case, which a production installation refuses. */
  readonly testOrganizations: readonly string[];
  readonly application: CardApplication;
}

/** A profile of which not everything is known: configuration must say the rest. */
export type CardProfileTemplate = Partial<Omit<CardProfile, 'name' | 'application'>> & {
  readonly application?: Partial<CardApplication>;
};

const days = 24 * 3600;
const jpkiAid = 'd392f000260100000001';

const jpkiApplication = {
  aid: jpkiAid,
  certificate: { fileId: '000a', shortId: '0a' },
  certificateNeedsPin: false,
  privateKey: { fileId: '0017' },
  pin: { fileId: '0018', reference: '80', digits: 4, maxTries: 3 },
  tokenInfo: { fileId: '0006', labels: ['JPKIAPICCTOKEN2', 'JPKIAPICCTOKEN'] },
} as const satisfies CardApplication;

/** @see RFC 4055 §5 for the algorithm */
const presentCertificate = {
  signatureAlgorithms: [{ oid: '1.2.840.113549.1.1.11', digest: 'sha256', keyType: 'rsa' }],
  key: { type: 'rsa', modulusLengths: [2048], publicExponent: 65537 },
  possession: { digest: 'sha256', digestInfoPrefix: '3031300d060960864801650304020105000420' },
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
  criticalExtensions: ['2.5.29.15', '2.5.29.19', '2.5.29.32', '2.5.29.37'],
  // Until the fifth birthday after issue; a renewal within the last months before a birthday reaches further.
  maxValiditySeconds: 6 * 366 * days,
  testOrganizations: ['JPKI-TEST'],
} as const satisfies CardProfileTemplate;

/** The My Number Card of 2016, user-authentication certificate. */
export const myNumberCard: CardProfile = {
  name: 'my-number-card-2016',
  ...presentCertificate,
  certificatePolicies: ['1.2.392.200149.8.5.1.3.30'],
  application: jpkiApplication,
};

/** What is accepted unless configuration names other profiles. */
export const defaultCardProfiles: readonly CardProfile[] = [myNumberCard];

/**
 * The certificate on a smartphone: the card's issuers, algorithms and application under labels of its own. Its policy is
 * not published. That the certificate needs the PIN is known of the Android token; read after the PIN it is right on
 * either, and only a tap without PIN is lost.
 */
const smartphone: CardProfileTemplate = {
  ...presentCertificate,
  application: {
    ...jpkiApplication,
    certificateNeedsPin: true,
    tokenInfo: { fileId: '0006', labels: ['JPKIAPGPSETOKEN', 'JPKIAPIOSTOKEN'] },
  },
};

/**
 * The card announced for 2028: ECDSA P-384 with SHA-384, and applications and PINs of its own, which are not published;
 * neither is its policy. What is taken over from the present card refuses a certificate where it turns out otherwise.
 * @see RFC 5758 §3.2
 */
const nextGeneration: CardProfileTemplate = {
  ...presentCertificate,
  signatureAlgorithms: [{ oid: '1.2.840.10045.4.3.3', digest: 'sha384', keyType: 'ec' }],
  key: { type: 'ec', namedCurves: ['secp384r1'] },
  possession: { digest: 'sha384' },
  application: {},
};

/** What a profile in the configuration can extend. */
export const cardProfileTemplates = {
  'my-number-card-2016': myNumberCard,
  smartphone,
  'next-generation': nextGeneration,
} satisfies { readonly [name: string]: CardProfileTemplate };

/** 券面事項確認AP, 券面入力補助AP and 住基AP: they hold the individual number. */
const forbiddenApplications: readonly string[] = [
  'd3921000310001010402',
  'd3921000310001010408',
  'd3921000310001010100',
];

/**
 * Whether a SELECT by this name could reach an application that holds the individual number: by its whole name or by a
 * part of it, which cards complete.
 * @param aid lower-case hex.
 * @see 番号法 (Act on the Use of Numbers) art. 20; ISO/IEC 7816-4 §11.2.2 (partial names)
 */
export const isForbiddenApplication = (aid: string): boolean =>
  forbiddenApplications.some((forbidden) => forbidden.startsWith(aid) || aid.startsWith(forbidden));

/** Certificate, CA, key and password of the electronic signature: no profile may name them. */
const signatureHalf: readonly string[] = ['0001', '0002', '001a', '001b'];

/** Whether a SELECT by this name could reach the JPKI application: by its whole name or by a part of it, as above. */
const reachesJpki = (aid: string): boolean => jpkiAid.startsWith(aid) || aid.startsWith(jpkiAid);

/** Reserved for the master file and the path from it: an application would be left by them. @see ISO/IEC 7816-4 §7.4.1 */
const outside: readonly string[] = ['3f00', '3fff'];

/**
 * Whether a file, or what a short identifier stands for, belongs to the electronic signature, which is never touched, or
 * lies outside the application.
 */
export const isForbiddenFile = (aid: string, fileId: string, shortId?: string): boolean =>
  outside.includes(fileId) ||
  (reachesJpki(aid) && [fileId, `00${shortId}`].some((id) => signatureHalf.includes(id)));

/**
 * Whether VERIFY with this P2 could go to another password than that of the file which was selected: cards take the lower
 * bits for a short identifier, and 9b is the password of the electronic signature.
 */
export const isForbiddenReference = (aid: string, reference: string): boolean =>
  reachesJpki(aid) && reference !== '80';
