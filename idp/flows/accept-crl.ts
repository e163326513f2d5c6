import { InvalidInput } from '../domain/fault.ts';
import type { Actor } from '../domain/registration.ts';
import type { AppliedList } from '../domain/revocation.ts';
import type { Tables } from '../ports/system-record.ts';
import type { FlowContext } from './context.ts';

interface Request {
  readonly distributionPoint: string;
  /** Needed where lists of several generations are doubted under one name. */
  readonly issuerKeyId?: string;
  /** The list that the issuer was asked about; another one, applied meanwhile, is not accepted in its place. */
  readonly crlNumber?: string;
  readonly actor: Actor;
}

/**
 * Takes an operator's word that a list which shrank is right: from then on cards count as fresh by it.
 * @throws {InvalidInput} `ERR_CRL_NOT_DOUBTED` when there is nothing to accept, `ERR_CRL_AMBIGUOUS` when there are several.
 */
export async function acceptCrl(
  context: Pick<FlowContext, 'record' | 'clock' | 'freshness'>,
  request: Request,
): Promise<AppliedList> {
  const accepted = await context.record.change((tables) => accept(tables, request, context.clock.now()));
  context.freshness.note(accepted);
  return accepted;
}

async function accept(tables: Tables, request: Request, now: number): Promise<AppliedList> {
  const { doubt: _, ...list } = await doubtedList(tables, request);
  const { issuerKeyId, distributionPoint, crlNumber, thisUpdate, nextUpdate, entryCount } = list;
  const accepted: AppliedList = { ...list, trusted: { thisUpdate, nextUpdate, entryCount } };
  await tables.appliedLists.put(accepted);
  await tables.audit.append({
    at: now,
    type: 'crl.accepted',
    actor: request.actor,
    details: { list: distributionPoint, issuerKeyId, crlNumber, entryCount },
  });
  return accepted;
}

async function doubtedList(
  tables: Tables,
  { distributionPoint, issuerKeyId, crlNumber }: Request,
): Promise<AppliedList> {
  const doubted = (await tables.appliedLists.list()).filter(
    (list) =>
      list.doubt === 'shrunk' &&
      list.distributionPoint === distributionPoint &&
      (issuerKeyId === undefined || list.issuerKeyId === issuerKeyId),
  );
  const [list, another] = doubted;
  if (list === undefined) {
    throw new InvalidInput(
      'ERR_CRL_NOT_DOUBTED',
      'No list of this distribution point waits to be accepted: `kazasu crl status` shows those that do.',
    );
  }
  if (another === undefined) {
    if (crlNumber === undefined || crlNumber === list.crlNumber) return list;
    throw new InvalidInput(
      'ERR_CRL_NOT_DOUBTED',
      `List ${list.crlNumber} with ${list.entryCount} entries was applied meanwhile: ask the issuer about that one.`,
    );
  }
  throw new InvalidInput(
    'ERR_CRL_AMBIGUOUS',
    `Lists of several generations wait to be accepted: say which, ${doubted.map((one) => one.issuerKeyId).join(' or ')}.`,
  );
}
