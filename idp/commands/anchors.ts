import { Buffer } from 'node:buffer';
import { fingerprintsPublishedAt } from '../flows/known-authorities.ts';
import {
  type AddAnchorOutcome,
  addAnchor,
  type DescribedAnchor,
  listAnchors,
  removeAnchor,
} from '../flows/manage-anchors.ts';
import { recordCommand, text, word } from './command.ts';
import { readGivenFile } from './person.ts';
import { counted, dayInJapan, isoTime, shellWord, table, timeInJapan } from './table.ts';

interface AddInput {
  readonly file: string;
  /** DER or PEM, as it was in the file, in base64. */
  readonly certificate: string;
  readonly sha256?: string;
}

export const anchorCommands = [
  recordCommand({
    name: 'anchors list',
    summary: 'the CA certificates that are trusted, and how long',
    read: () => ({}),
    run: async (context) =>
      (await listAnchors(context)).map(({ cards, ...anchor }) => ({ ...listed(anchor), cards })),
    text: (anchors) =>
      [
        table(
          ['STATE', 'UNTIL', 'CARDS', 'GENERATION', 'SUBJECT', 'KEY ID', 'SHA-256'],
          anchors.map((one) => [
            one.state,
            dayInJapan(one.notAfter),
            String(one.cards),
            one.generation,
            shortName(one),
            one.issuerKeyId,
            one.fingerprint,
          ]),
          `None: My Number Cards are refused. J-LIS publishes them at ${fingerprintsPublishedAt}; then: kazasu anchors add FILE`,
        ),
        ...anchors.filter(isOfAnother).map((one) => `! ${shortName(one)}: ${anotherAuthority}`),
      ].join('\n'),
  }),
  recordCommand({
    name: 'anchors add',
    summary: 'trust a CA certificate whose fingerprint you have compared; without one, show what to compare',
    shape: (command) =>
      command
        .argument('<file>', 'the CA certificate, DER or PEM')
        .option('--sha256 <fingerprint>', 'its SHA-256 fingerprint as J-LIS publishes it, colons allowed'),
    read: async (typed): Promise<AddInput> => {
      const file = word(typed, 0);
      const sha256 = text(typed, 'sha256');
      const certificate = Buffer.from(await readGivenFile(file)).toString('base64');
      return { file, certificate, ...(sha256 === undefined ? {} : { sha256 }) };
    },
    run: async (context, { file, certificate, ...compared }: AddInput, actor) => {
      const request = { ...compared, certificate: Buffer.from(certificate, 'base64'), actor };
      const { outcome, anchor } = await addAnchor(context, request);
      const repeat = outcome === 'added' ? {} : { repeat: repeatCommand(file, anchor) };
      return { outcome, ...listed(anchor), ...repeat };
    },
    text: addedText,
    succeeded: ({ outcome }) => outcome === 'added',
  }),
  recordCommand({
    name: 'anchors remove',
    summary: 'trust a CA certificate no longer; it holds at once',
    shape: (command) =>
      command.argument('<fingerprint>', 'its SHA-256 fingerprint, or at least the first 8 digits'),
    read: (typed) => ({ fingerprint: word(typed, 0) }),
    run: async (context, { fingerprint }: { fingerprint: string }, actor) => {
      const { anchor, cards } = await removeAnchor(context, { fingerprint, actor });
      return { ...listed(anchor), cardsWithoutAuthority: cards };
    },
    text: ({ generation, fingerprint, cardsWithoutAuthority }) =>
      [
        `The CA certificate ${generation} (${fingerprint}) is trusted no longer: certificates and lists under it are refused from now on.`,
        cardsWithoutAuthority === 0
          ? 'No registered card was under it.'
          : `${counted(cardsWithoutAuthority, 'registered card')} ${cardsWithoutAuthority === 1 ? 'is' : 'are'} left without a CA. Where a reader gives only the number, a card works until its last list is too old: suspend it if that must not be.`,
      ].join('\n'),
  }),
];

type ListedAnchor = Omit<DescribedAnchor, 'notBefore' | 'notAfter' | 'knownAs'> & {
  /** `authca03` where it is known, otherwise the month in which it began. */
  readonly generation: string;
  readonly notBefore: string;
  readonly notAfter: string;
};

function listed({ knownAs, notBefore, notAfter, ...anchor }: DescribedAnchor): ListedAnchor {
  return {
    ...anchor,
    generation: knownAs ?? `of ${isoTime(notBefore).slice(0, 7)}`,
    notBefore: isoTime(notBefore),
    notAfter: isoTime(notAfter),
  };
}

const anotherAuthority =
  'ANOTHER AUTHORITY than JPKI for user authentication: its name is not that one’s. J-LIS’s authority for digital signature is none for signing in. Trust it only if your cards (KAZASU_JPKI_PROFILES) are meant to be issued by it.';

const isOfAnother = ({ isForUserAuthentication }: ListedAnchor): boolean => !isForUserAuthentication;

/** Its two most general parts but the country: what tells JPKI's authorities apart. */
function shortName({ subjectName }: ListedAnchor): string {
  const parts = onOneLine(subjectName).split(/(?<!\\),/);
  return parts
    .filter((part) => !part.startsWith('C='))
    .slice(-2)
    .join(',');
}

/** A file may say anything, to a terminal too. */
const onOneLine = (name: string): string => name.replace(/\p{Cc}/gu, '\ufffd');

type Added = ListedAnchor & { readonly outcome: AddAnchorOutcome['outcome']; readonly repeat?: string };

function addedText(added: Added): string {
  if (added.outcome === 'added') {
    return [
      `The CA certificate ${added.generation} (${shortName(added)}) is trusted from now on, until ${dayInJapan(added.notAfter)}.`,
      ...(isOfAnother(added) ? [`! ${anotherAuthority}`] : []),
    ].join('\n');
  }
  const known = added.generation.startsWith('of ') ? '' : ` (known to this version as ${added.generation})`;
  return [
    'Nothing was changed. This is what the file holds:',
    `  subject      ${onOneLine(added.subjectName)}`,
    `  valid        ${timeInJapan(added.notBefore)} to ${timeInJapan(added.notAfter)}`,
    `  key id       ${added.issuerKeyId}`,
    `  SHA-256      ${added.fingerprint}${known}`,
    ...(added.isTest ? ['  an authority of TEST cards: only for a trial installation'] : []),
    ...(isOfAnother(added) ? [`! ${anotherAuthority}`] : []),
    `Compare the fingerprint with the one that J-LIS publishes at ${fingerprintsPublishedAt}, digit by digit.`,
    'Whoever is able to exchange this certificate is able to issue cards that are believed here.',
    'If it is the same:',
    `  ${added.repeat}`,
  ].join('\n');
}

function repeatCommand(file: string, { fingerprint }: DescribedAnchor): string {
  return `kazasu anchors add ${shellWord(file)} --sha256 ${fingerprint}`;
}
