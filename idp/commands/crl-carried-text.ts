import { join } from 'node:path';
import type { CarriedList } from '../flows/carry-lists.ts';
import { crlRefusalText } from './crl-refusal-text.ts';
import { isoTime, timeInJapan } from './table.ts';

/** A list on its way into a directory, with times for machines. */
export interface ShownCarried extends Omit<CarriedList, 'thisUpdate' | 'nextUpdate'> {
  readonly thisUpdate?: string;
  readonly nextUpdate?: string;
}

export function shownCarried({ thisUpdate, nextUpdate, ...list }: CarriedList): ShownCarried {
  return {
    ...list,
    ...(thisUpdate === undefined ? {} : { thisUpdate: isoTime(thisUpdate) }),
    ...(nextUpdate === undefined ? {} : { nextUpdate: isoTime(nextUpdate) }),
  };
}

/** Whether there is something to carry over. */
export function liesThere({ outcome }: Pick<CarriedList, 'outcome'>): boolean {
  return outcome !== 'refused' && outcome !== 'unavailable';
}

/** For the text of `crl fetch --to`. */
export function carriedText(
  { distributionPoint, outcome, ...list }: ShownCarried,
  directory: string,
): string {
  const until = list.nextUpdate === undefined ? '' : `, next by ${timeInJapan(list.nextUpdate)}`;
  const what: { readonly [outcome in CarriedList['outcome']]: string } = {
    written: `list ${list.crlNumber}${until}: ${join(directory, list.file ?? '')}`,
    unchanged: `list ${list.crlNumber}${until}: was there already`,
    older: `list ${list.crlNumber} came, older than what is there: ${list.reason}, and stays`,
    refused: `refused, not written: ${crlRefusalText(list.reason ?? '')}`,
    unavailable: `not fetched: ${list.reason}`,
  };
  return `${distributionPoint}: ${what[outcome]}`;
}
