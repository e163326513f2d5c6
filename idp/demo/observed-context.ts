import type { AuditEvent } from '../domain/audit-event.ts';
import type { FlowContext } from '../flows/context.ts';
import type { Journal, StepFacts, StepName } from './journal.ts';

/**
 * The same context, with what it is asked written into the journal: how the page can show the provider's own steps with
 * their milliseconds. It changes no answer.
 */
export function observedContext(context: FlowContext, journal: Journal): FlowContext {
  const { certificates, ocsp, cardIndex, audit } = context;
  const tell = (event: AuditEvent, startedAt: number) => {
    const step = stepOf(event);
    if (step !== undefined) journal.note('provider', step.what, step.facts, performance.now() - startedAt);
  };
  return {
    ...context,
    certificates: {
      verify(der, now) {
        const startedAt = performance.now();
        const verdict = certificates.verify(der, now);
        const result = verdict.outcome === 'verified' ? 'verified' : verdict.reason;
        journal.note('provider', 'certificate-checked', { result }, performance.now() - startedAt);
        return verdict;
      },
    },
    ocsp: {
      async status(certificate, now) {
        const startedAt = performance.now();
        const answer = await ocsp.status(certificate, now);
        journal.note('authority', 'ocsp-asked', { status: answer.status }, performance.now() - startedAt);
        return answer;
      },
    },
    cardIndex: {
      find(cardKey) {
        const startedAt = performance.now();
        const found = cardIndex.find(cardKey);
        const note = (cards: { readonly length: number }) =>
          journal.note('provider', 'index-looked-up', { cards: cards.length }, performance.now() - startedAt);
        if (!(found instanceof Promise)) {
          note(found);
          return found;
        }
        return found.then((cards) => {
          note(cards);
          return cards;
        });
      },
      put: (cardKey, cards) => cardIndex.put(cardKey, cards),
      close: () => cardIndex.close(),
    },
    audit: {
      async append(event) {
        const startedAt = performance.now();
        await audit.append(event);
        tell(event, startedAt);
      },
      note(event) {
        const startedAt = performance.now();
        audit.note(event);
        tell(event, startedAt);
      },
      settle: () => audit.settle(),
      read: (filter) => audit.read(filter),
      verify: () => audit.verify(),
    },
  };
}

/** Decisions and refusals, as the audit trail has them: the milliseconds are those of writing them there. */
function stepOf({
  type,
  reason = '',
  details = {},
}: AuditEvent): { what: StepName; facts: StepFacts } | undefined {
  switch (type) {
    case 'login.granted':
      return { what: 'decided-yes', facts: { acr: String(details.acr) } };
    case 'login.denied':
      return { what: 'decided-no', facts: { reason } };
    case 'tap.accepted':
      return { what: 'tap-kept', facts: { evidence: String(details.evidence) } };
    case 'tap.refused':
      return { what: 'tap-refused', facts: { reason } };
    case 'registration.refused':
      return { what: 'registration-refused', facts: { reason } };
    default:
      return undefined;
  }
}
