import type { SigningAlgorithm, SigningKeyFacts } from '../domain/signing-key.ts';
import { rotateSigningKeys, withdrawSigningKey } from '../flows/rotate-signing-keys.ts';
import { flag, recordCommand, text, word } from './command.ts';
import { toSigningAlg } from './signing-alg.ts';
import { isoTime, table, timeInJapan } from './table.ts';

interface ListedKey extends Omit<SigningKeyFacts, 'since'> {
  readonly since: string;
}

export const keyCommands = [
  recordCommand({
    name: 'keys list',
    summary: 'the keys that sign tokens, and since when each signs, waits or retires',
    read: () => ({}),
    run: async ({ signingKeys }) => signingKeys.list().map(listed),
    text: keysText,
  }),
  recordCommand({
    name: 'keys rotate',
    summary: 'let the next key sign from now on; the one before verifies what it signed',
    shape: (command) =>
      command
        .option('--alg <name>', 'only the keys of this algorithm; all unless given')
        .option('--now', 'also where clients may not know the next key yet'),
    read: (typed) => {
      const alg = text(typed, 'alg');
      return {
        atOnce: flag(typed, 'now'),
        ...(alg === undefined ? {} : { alg: toSigningAlg(alg, '--alg') }),
      };
    },
    run: async (
      context,
      input: { readonly atOnce: boolean; readonly alg?: SigningAlgorithm },
      actor,
    ): Promise<readonly ListedKey[]> => (await rotateSigningKeys(context, { ...input, actor })).map(listed),
    text: keysText,
  }),
  recordCommand({
    name: 'keys withdraw',
    summary: 'take a key that leaked out of use at once: nothing that it signed is accepted',
    shape: (command) => command.argument('<kid>', 'as `keys list` shows it, or the beginning of it'),
    read: (typed) => ({ kid: word(typed, 0) }),
    run: async (context, input: { readonly kid: string }, actor) => {
      const { keys, alg, clients } = await withdrawSigningKey(context, { ...input, actor });
      return { keys: keys.map(listed), alg, clients, jwksUri: `${context.issuer}/jwks` };
    },
    text: ({ keys, alg, clients, jwksUri }) =>
      [
        keysText(keys),
        '',
        'The key is withdrawn: it is published no more, and nothing that it signed is accepted here.',
        `Clients that keep a copy of ${jwksUri} believe it until they load that again. Load it again, or`,
        `restart them, now (clients of ${alg}): ${clients.length === 0 ? 'none' : clients.join(', ')}`,
        'Services that verify access tokens by themselves, without a client here, must do the same.',
        'Sessions go on: no cookie is signed with it. What it may have been used for: kazasu audit export',
      ].join('\n'),
  }),
];

function listed({ since, ...key }: SigningKeyFacts): ListedKey {
  return { ...key, since: isoTime(since) };
}

function keysText(keys: readonly ListedKey[]): string {
  return table(
    ['ALG', 'STATE', 'SINCE', 'KID'],
    keys.map(({ alg, state, since, kid }) => [alg, state, timeInJapan(since), kid]),
    'No keys.',
  );
}
