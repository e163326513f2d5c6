import { declareVerifier } from '../flows/declare-verifier.ts';
import { recordCommand, text, word } from './command.ts';
import { table } from './table.ts';

export const orgCommands = [
  recordCommand({
    name: 'org list',
    summary: 'the organisations, and which of them are declared verifiers',
    read: () => ({}),
    run: async ({ record }) =>
      (await record.organizations.list()).map(({ organizationId, name, verifierBasis }) => ({
        id: organizationId,
        name,
        declaredVerifier: verifierBasis !== undefined,
        ...(verifierBasis === undefined ? {} : { basis: verifierBasis }),
      })),
    text: (organizations) =>
      table(
        ['NAME', 'VERIFIER', 'BASIS'],
        organizations.map((one) => [one.name, one.declaredVerifier ? 'declared' : 'no', one.basis ?? '']),
        'No organisations yet. They come with their people: kazasu person import FILE.csv',
      ),
  }),
  recordCommand({
    name: 'org declare-verifier',
    summary: 'declare that an organisation is a notified verifier, so that taps without PIN count there',
    shape: (command) =>
      command
        .argument('<name>', 'the organisation')
        .requiredOption(
          '--basis <text>',
          'on what basis: date and number of the notification (JPKI Act art. 36)',
        ),
    read: (typed) => ({ organization: word(typed, 0), basis: text(typed, 'basis') ?? '' }),
    run: async (context, input: { organization: string; basis: string }, actor) => {
      const { organizationId, name } = await declareVerifier(context, { ...input, actor });
      return { id: organizationId, name, declaredVerifier: true };
    },
    text: ({ name }) =>
      `${name} is declared a verifier: taps without PIN count for its cards that were proved once.`,
  }),
];
