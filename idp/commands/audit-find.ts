import { parseErrorReference } from '../domain/error-reference.ts';
import { InvalidInput } from '../domain/fault.ts';
import { type ErrorNote, findError } from '../flows/find-error.ts';
import { recordCommand, word } from './command.ts';
import { isoTime, timeInJapan } from './table.ts';

type Found = Omit<ErrorNote, 'at'> & { readonly reference: string; readonly at: string };

/** What an error page's reference leads to. */
export const auditFind = recordCommand({
  name: 'audit find',
  summary: 'what went wrong on the page whose reference somebody tells you; kept for 30 days',
  shape: (command) => command.argument('<reference>', 'as the page shows it, e.g. 7K3M-9QFD'),
  read: (typed) => ({ reference: word(typed, 0) }),
  run: async (context, input: { readonly reference: string }): Promise<Found> => {
    const reference = parseErrorReference(input.reference);
    const found = reference && (await findError(context, reference));
    if (reference === undefined || found === undefined) {
      throw new InvalidInput(
        'ERR_REFERENCE_UNKNOWN',
        `No page of the last 30 days has the reference "${input.reference}". It has eight letters and digits, like 7K3M-9QFD; the server's log may say more.`,
      );
    }
    return { reference, ...found, at: isoTime(found.at) };
  },
  text: ({ reference, at, method, path, status, code, client }) =>
    [
      `${reference}  ${timeInJapan(at)}`,
      `asked for  ${method} ${path}`,
      `answered   ${status} ${code}`,
      ...(client === undefined ? [] : [`client     ${client}`]),
      'What was decided at that moment: kazasu audit export',
    ].join('\n'),
});
