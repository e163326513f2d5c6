import { Buffer } from 'node:buffer';
import type { RevocationScope } from '../domain/card.ts';
import type { Instant } from '../domain/instant.ts';
import type { AppliedList } from '../domain/revocation.ts';
import { applyCrl } from '../flows/apply-crl.ts';
import { fetchCrls } from '../flows/fetch-crls.ts';
import { recordCommand, word } from './command.ts';
import { readGivenFile } from './person.ts';
import { isoTime, table } from './table.ts';

export const crlCommands = [
  recordCommand({
    name: 'crl fetch',
    summary: 'fetch and apply the list of every distribution point that a registered card names',
    read: () => ({}),
    run: async (context, _input, actor) => ({ lists: await fetchCrls(context, { actor }) }),
    text: ({ lists }) =>
      lists.length === 0
        ? 'No registered card names a distribution point: nothing to fetch.'
        : lists
            .map(({ distributionPoint, result }) => `${distributionPoint}: ${resultText(result)}`)
            .join('\n'),
    succeeded: ({ lists }) => lists.every(({ result }) => result.outcome === 'applied'),
  }),
  recordCommand({
    name: 'crl import',
    summary: 'apply a list from a file',
    shape: (command) => command.argument('<file>', 'a CRL, DER or PEM'),
    read: async (typed) => ({ der: toDer(await readGivenFile(word(typed, 0))).toString('base64') }),
    run: (context, { der }: { der: string }, actor) =>
      applyCrl(context, { list: Buffer.from(der, 'base64'), from: 'file', actor }),
    text: resultText,
    succeeded: ({ outcome }) => outcome === 'applied',
  }),
  recordCommand({
    name: 'crl status',
    summary: 'how fresh each list is',
    read: () => ({}),
    run: async ({ record, clock }): Promise<readonly ListStatus[]> => {
      const applied = await record.appliedLists.list();
      const named = await record.cards.revocationScopes();
      const never = named.filter((scope) => !applied.some((list) => sameScope(list, scope)));
      return [
        ...never.map((scope) => ({ ...scope, state: 'never applied' as const })),
        ...applied.map((list) => statusOf(list, clock.now())),
      ];
    },
    text: (lists) =>
      table(
        ['STATE', 'NEXT UPDATE', 'NUMBER', 'ENTRIES', 'DISTRIBUTION POINT'],
        lists.map((one) => [
          one.state,
          one.nextUpdate ?? '',
          one.crlNumber ?? '',
          String(one.entryCount ?? ''),
          one.distributionPoint,
        ]),
        'No registered card names a distribution point yet.',
      ),
    succeeded: (lists) => lists.every(({ state }) => state === 'fresh'),
  }),
];

/** PEM is how people are sent a list; what is neither is for the reader of lists to refuse. @see RFC 7468 §8 */
function toDer(file: Uint8Array): Buffer {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (!bytes.subarray(0, 24).toString('latin1').startsWith('-----BEGIN X509 CRL-----')) return bytes;
  return Buffer.from(bytes.toString('latin1').replace(/-----[A-Z0-9 ]+-----/g, ''), 'base64');
}

interface ListStatus extends RevocationScope {
  readonly state: 'never applied' | 'out of date' | 'fresh';
  readonly crlNumber?: string;
  readonly thisUpdate?: string;
  readonly nextUpdate?: string;
  readonly entryCount?: number;
}

function statusOf({ issuerKeyId, distributionPoint, ...list }: AppliedList, now: Instant): ListStatus {
  return {
    issuerKeyId,
    distributionPoint,
    state: list.nextUpdate < now ? 'out of date' : 'fresh',
    crlNumber: list.crlNumber,
    thisUpdate: isoTime(list.thisUpdate),
    nextUpdate: isoTime(list.nextUpdate),
    entryCount: list.entryCount,
  };
}

function sameScope(one: RevocationScope, other: RevocationScope): boolean {
  return one.issuerKeyId === other.issuerKeyId && one.distributionPoint === other.distributionPoint;
}

type Result = Awaited<ReturnType<typeof fetchCrls>>[number]['result'];

function resultText(result: Result): string {
  switch (result.outcome) {
    case 'applied':
      return `list ${result.crlNumber} applied: ${result.entryCount} entries, ${result.revoked} of ours newly revoked, next by ${isoTime(result.nextUpdate)}`;
    case 'refused':
      return `refused, nothing changed: ${result.reason}`;
    case 'unavailable':
      return `not fetched: ${result.message}`;
  }
}
