import { Buffer } from 'node:buffer';
import type { RevocationScope } from '../domain/card.ts';
import type { Instant } from '../domain/instant.ts';
import type { AppliedList, CrlRunList } from '../domain/revocation.ts';
import { fetchCrls } from '../flows/fetch-crls.ts';
import { importCrl } from '../flows/import-crl.ts';
import { recordCommand, word } from './command.ts';
import { readGivenFile } from './person.ts';
import { isoTime, table } from './table.ts';

export const crlCommands = [
  recordCommand({
    name: 'crl fetch',
    summary: 'fetch and apply the list of every distribution point that a registered card names',
    read: () => ({}),
    run: (context, _input, actor) => fetchCrls(context, { trigger: 'operator', actor }),
    text: (run) =>
      run.lists.length === 0
        ? 'No registered card names a distribution point: nothing to fetch.'
        : run.lists.map(listText).join('\n'),
    succeeded: (run) => run.lists.every(isFine),
  }),
  recordCommand({
    name: 'crl import',
    summary: 'apply a list from a file',
    shape: (command) => command.argument('<file>', 'a CRL, DER or PEM'),
    read: async (typed) => ({ der: Buffer.from(await readGivenFile(word(typed, 0))).toString('base64') }),
    run: (context, { der }: { der: string }, actor) =>
      importCrl(context, { list: Buffer.from(der, 'base64'), from: 'file', actor }),
    text: (run) => run.lists.map(listText).join('\n'),
    succeeded: (run) => run.lists.every(isFine),
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

function isFine({ outcome }: CrlRunList): boolean {
  return outcome === 'applied' || outcome === 'unchanged';
}

function listText(list: CrlRunList): string {
  const { distributionPoint, outcome, reason = '', crlNumber, entryCount, revoked } = list;
  const what = {
    applied: `list ${crlNumber} applied: ${entryCount} entries, ${revoked} of ours newly revoked ${reason}`,
    unchanged: `list ${crlNumber} was applied before`,
    refused: `refused, nothing changed: ${reason}`,
    unavailable: `not fetched: ${reason}`,
  };
  return `${distributionPoint}: ${what[outcome]}`;
}
