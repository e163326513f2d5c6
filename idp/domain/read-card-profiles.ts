import {
  type CardApplication,
  type CardFile,
  type CardProfile,
  cardProfileTemplates,
  type KeyProfile,
  type PossessionProfile,
  type SignatureAlgorithmProfile,
} from './card-profile.ts';
import { confusions, contradictions } from './card-profile-rules.ts';
import { InvalidInput } from './fault.ts';
import {
  boolean,
  hexOctets,
  integer,
  isRecord,
  type JsonReader,
  listOf,
  objectOf,
  oneOf,
  text,
} from './json-reader.ts';

const digest = oneOf('sha256', 'sha384');
const keyType = oneOf('rsa', 'ec');
const oid = text('an object identifier in dotted form', /^[0-2](\.(0|[1-9]\d{0,38})){1,31}$/);
const fileId = hexOctets(2);
/** 1 to 30. @see ISO/IEC 7816-4 §7.4.2 */
const shortId = text('a short file identifier, 01 to 1e', /^(0[1-9a-f]|1[0-9a-e])$/i);

/** Those that are read and acted upon here: no configuration makes us understand another. @see RFC 5280 §4.2 */
const processedExtensions = oneOf(
  ...['2.5.29.14', '2.5.29.15', '2.5.29.19', '2.5.29.31', '2.5.29.32', '2.5.29.35', '2.5.29.37'],
  '1.3.6.1.5.5.7.1.1',
);

const rsaKey = objectOf<Extract<KeyProfile, { type: 'rsa' }>>({
  type: oneOf('rsa'),
  modulusLengths: listOf(integer(2048, 16_384)),
  publicExponent: integer(65_537, Number.MAX_SAFE_INTEGER),
});
const ecKey = objectOf<Extract<KeyProfile, { type: 'ec' }>>({
  type: oneOf('ec'),
  namedCurves: listOf(oneOf('prime256v1', 'secp384r1', 'secp521r1')),
});
const key: JsonReader<KeyProfile> = (json, place, problems) =>
  (isRecord(json) && json.type === 'ec' ? ecKey : rsaKey)(json, place, problems);

const file = objectOf<CardFile>({ fileId, shortId }, 'shortId');

const application = objectOf<CardApplication>(
  {
    aid: hexOctets(5, 16),
    certificate: file,
    certificateNeedsPin: boolean,
    privateKey: file,
    pin: objectOf<CardApplication['pin']>(
      { fileId, shortId, reference: hexOctets(1), digits: integer(4, 16), maxTries: integer(1, 15) },
      'shortId',
    ),
    tokenInfo: objectOf<NonNullable<CardApplication['tokenInfo']>>(
      { fileId, shortId, labels: listOf(text('a label of up to 32 letters', /^[!-~]([ -~]{0,30}[!-~])?$/)) },
      'shortId',
    ),
  },
  'tokenInfo',
);

const profile = objectOf<CardProfile>({
  name: text('a name of small letters, digits and hyphens', /^[a-z0-9][a-z0-9-]{0,63}$/),
  signatureAlgorithms: listOf(objectOf<SignatureAlgorithmProfile>({ oid, digest, keyType })),
  key,
  possession: objectOf<PossessionProfile>(
    { digest, digestInfoPrefix: hexOctets(19), dsaEncoding: oneOf('der', 'ieee-p1363') },
    'digestInfoPrefix',
    'dsaEncoding',
  ),
  certificatePolicies: listOf(oid),
  keyUsage: listOf(oneOf('digitalSignature', 'keyEncipherment', 'dataEncipherment', 'keyAgreement')),
  extendedKeyUsage: listOf(oid, { empty: true }),
  criticalExtensions: listOf(processedExtensions),
  maxValiditySeconds: integer(86_400, 20 * 366 * 86_400),
  testOrganizations: listOf(text('an organisation in upper case', /^[^\p{Lowercase}]+$/u)),
  application,
});

/**
 * Reads the profiles of an installation: a list of objects, each with a `name`, the template that it `extends`, and
 * fields that stand in place of the template's (those of `application` one by one). The list is whole: what it does not
 * name is not accepted.
 * @param json as `JSON.parse` gives it.
 * @throws {InvalidInput} `ERR_CARD_PROFILE` with every problem and its place.
 */
export function readCardProfiles(json: unknown): readonly CardProfile[] {
  const problems: string[] = [];
  const profiles = listOf(readProfile)(json, 'profiles', problems);
  if (problems.length === 0) problems.push(...profiles.flatMap(contradictions), ...confusions(profiles));
  if (problems.length === 0) return profiles;
  throw new InvalidInput('ERR_CARD_PROFILE', `The card profiles cannot be used:\n- ${problems.join('\n- ')}`);
}

/**
 * Reads them from the text of a file.
 * @throws {InvalidInput} `ERR_CARD_PROFILE`.
 */
export function parseCardProfiles(json: string): readonly CardProfile[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw new InvalidInput('ERR_CARD_PROFILE', 'The card profiles cannot be used: they are no JSON.', cause);
  }
  return readCardProfiles(parsed);
}

const readProfile: JsonReader<CardProfile> = (json, place, problems) => {
  const { extends: base, ...own } = isRecord(json) ? json : {};
  const templateName = oneOf(...templateNames)(base, `${place}.extends`, problems);
  // Without a template every field would be missing, which says nothing more.
  if (templateName === undefined) return json as CardProfile;
  const template = cardProfileTemplates[templateName];
  const merged = { ...template, name: undefined, ...own };
  if (!isRecord(own.application)) return profile(merged, place, problems);
  return profile(
    { ...merged, application: { ...template.application, ...own.application } },
    place,
    problems,
  );
};

const templateNames = Object.keys(cardProfileTemplates) as (keyof typeof cardProfileTemplates)[];
