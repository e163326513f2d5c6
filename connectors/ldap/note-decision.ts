import type { DirectoryRule } from '../../idp/domain/directory-rule.ts';
import { type LdapResult, resultCode } from './codec/result-code.ts';
import type { DirectoryDecision } from './directory-service.ts';
import type { Facade } from './facade.ts';
import type { Exchange, Session } from './session.ts';

/** Anybody can ask without a bind, as often as they like: the trail has it once a connection. */
const anonymousNoted = new WeakSet<Session>();

/** Keeps for the trail which rule decided an operation. @returns its result */
export function noted(
  { flows }: Facade,
  { session, entries }: Exchange,
  op: DirectoryDecision['op'],
  rule: DirectoryRule,
  answer: LdapResult,
): LdapResult {
  const { identity, remoteAddress } = session;
  if (identity.kind === 'anonymous') {
    if (anonymousNoted.has(session)) return answer;
    anonymousNoted.add(session);
  }
  flows.noteDecision({
    ...{ op, entries, remoteAddress, result: answer.code },
    device: identity.kind === 'anonymous' ? undefined : identity.device,
    asPerson: identity.kind === 'person',
    // Before anything else an operation asks whether whoever is bound still is: no other rule gives this result.
    rule:
      answer.code === resultCode.insufficientAccessRights && rule !== 'anonymous'
        ? 'no-longer-admitted'
        : rule,
  });
  return answer;
}
