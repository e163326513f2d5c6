import { issueTemporaryCode, revokeTemporaryCodes } from '../flows/issue-temporary-code.ts';
import { flag, recordCommand, word } from './command.ts';
import { isoTime, timeInJapan } from './table.ts';

type Outcome =
  | { readonly code: string; readonly uid: string; readonly expiresAt: string }
  | { readonly uid: string; readonly revoked: number };

export const personCode = recordCommand({
  name: 'person code',
  summary: 'a one-time code for somebody who forgot the card: signs in once, today',
  shape: (command) =>
    command
      .argument('<id>', 'uid or internal id')
      .option('--revoke', 'end the person’s codes, and what was signed in with them'),
  read: (typed) => ({ person: word(typed, 0), revoke: flag(typed, 'revoke') }),
  run: async (context, { person, revoke }: { person: string; revoke: boolean }, actor): Promise<Outcome> => {
    if (revoke) return revokeTemporaryCodes(context, { person, actor });
    const { expiresAt, ...issued } = await issueTemporaryCode(context, { person, issuer: actor });
    return { ...issued, expiresAt: isoTime(expiresAt) };
  },
  text: (outcome) =>
    'revoked' in outcome
      ? `${outcome.uid}: ${outcome.revoked} ended. For a new one: kazasu person code ${outcome.uid}`
      : `${outcome.code}\nHand it to the person whom you see before you. Good once, until ${timeInJapan(outcome.expiresAt)}; the person is told.\nIt works at clients that accept \`temporary\`: “Use a one-time code” on the sign-in page, with the user name ${outcome.uid}.`,
});
