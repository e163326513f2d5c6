import type { DirectoryRule } from '../../idp/domain/directory-rule.ts';
import { type LdapResult, resultCode } from './codec/result-code.ts';
import type { BoundDevice, DirectoryDecision } from './directory-service.ts';
import type { Facade } from './facade.ts';
import type { Exchange, Session } from './session.ts';

/** Keeps for the trail which rule decided an operation of whoever is bound. @returns its result */
export function noted(
  { flows }: Facade,
  { session, entries }: Exchange,
  op: 'search' | 'compare',
  rule: DirectoryRule,
  answer: LdapResult,
): LdapResult {
  const { identity, remoteAddress } = session;
  if (identity.kind === 'anonymous' && wasNoted(session, rule)) return answer;
  flows.noteDecision({
    ...{ op, entries, remoteAddress, result: answer.code },
    device: identity.kind === 'anonymous' ? undefined : identity.device,
    asPerson: identity.kind === 'person',
    rule: ruleOf(rule, answer),
  });
  return answer;
}

/** The same of a card number that is written, and refused before any flow is asked. */
export function notedWrite(
  { flows }: Facade,
  { session }: Exchange,
  rule: DirectoryRule,
  answer: LdapResult,
): LdapResult {
  const { identity, remoteAddress } = session;
  if (identity.kind === 'anonymous' && wasNoted(session, rule)) return answer;
  flows.noteDecision({
    ...{ op: 'modify', rule, entries: 0, remoteAddress, result: answer.code },
    device: identity.kind === 'anonymous' ? undefined : identity.device,
    asPerson: identity.kind === 'person',
  });
  return answer;
}

/** The same of a bind that is refused before any flow is asked. */
export function notedBind(
  { flows }: Facade,
  { session }: Exchange,
  rule: DirectoryRule,
  answer: LdapResult,
  device?: BoundDevice,
): LdapResult {
  if (device === undefined && wasNoted(session, rule)) return answer;
  const { remoteAddress } = session;
  const asked: Pick<DirectoryDecision, 'op' | 'asPerson' | 'entries'> = {
    ...{ op: 'bind', asPerson: false, entries: 0 },
  };
  flows.noteDecision({ ...asked, rule, device, remoteAddress, result: answer.code });
  return answer;
}

/** Before anything else an operation asks whether whoever is bound still is: no other rule gives this result. */
function ruleOf(rule: DirectoryRule, { code }: LdapResult): DirectoryRule {
  return code === resultCode.insufficientAccessRights && rule !== 'anonymous' ? 'no-longer-admitted' : rule;
}

const notedOf = new WeakMap<Session, Set<DirectoryRule>>();

/** Anybody can ask without a bind, as often as they like: the trail has each rule once a connection. */
function wasNoted(session: Session, rule: DirectoryRule): boolean {
  const rules = notedOf.get(session) ?? new Set();
  notedOf.set(session, rules);
  if (rules.has(rule)) return true;
  rules.add(rule);
  return false;
}
