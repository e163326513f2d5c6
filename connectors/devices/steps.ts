import { EqualityFilter, OrFilter } from 'ldapts';
import { InvalidInput } from '../../idp/domain/fault.ts';
import type { Found, Talk } from './talk.ts';

/** What is entered on the device, and who stands in front of it. */
export interface Trial {
  readonly bindDn: string;
  readonly secret: string;
  readonly baseDn: string;
  /** Under which attribute the device searches a card; Ricoh takes several. */
  readonly cardAttributes: readonly string[];
  /** As the device's reader sends it. */
  readonly card?: string;
  /** A number that is nobody's: the device must be told so. */
  readonly unknownCard?: string;
  readonly user?: string;
  readonly password?: string;
  /** A number that the person enrols at the device. */
  readonly enrolCard?: string;
}

/** One conversation with each device; ends with the person whom the device lets in. @throws {GaveUp} */
export type Conversation = (talk: Talk, trial: Trial) => Promise<Found | undefined>;

/** What printers read back of the person. */
export const readBack = ['uid', 'cn', 'displayName', 'mail', 'department', 'ou', 'memberOf'];

/** The account that an administrator entered on the device. */
export async function serviceBind(talk: Talk, { bindDn, secret }: Trial): Promise<void> {
  await talk.connect();
  await talk.bind(`binds as ${bindDn} (service account)`, bindDn, secret);
}

/** The search that is the login. */
export async function cardSearch(talk: Talk, trial: Trial, card: string): Promise<Found> {
  const does = `searches the card by ${trial.cardAttributes.join(' or ')} below ${trial.baseDn}`;
  const [person] = await talk.search(does, trial.baseDn, cardQuery(trial, card), 'one');
  return person as Found;
}

export async function unknownCardSearch(talk: Talk, trial: Trial): Promise<void> {
  if (trial.unknownCard === undefined) return;
  const does = 'searches a card that is nobody’s, as when a stranger holds one to it';
  await talk.search(does, trial.baseDn, cardQuery(trial, trial.unknownCard), 'none');
}

function cardQuery({ cardAttributes }: Trial, value: string) {
  const filters = cardAttributes.map((attribute) => new EqualityFilter({ attribute, value }));
  const filter = filters.length === 1 && filters[0] ? filters[0] : new OrFilter({ filters });
  return { scope: 'sub' as const, filter, attributes: readBack };
}

/** @throws {InvalidInput} `ERR_OPTION` */
export function needed(value: string | undefined, option: string): string {
  if (value !== undefined) return value;
  throw new InvalidInput('ERR_OPTION', `This device’s conversation needs ${option}.`);
}
