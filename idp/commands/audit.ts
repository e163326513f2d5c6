import type { ChainedAuditEvent } from '../domain/audit-event.ts';
import { auditFind } from './audit-find.ts';
import { recordCommand } from './command.ts';

export const auditCommands = [
  auditFind,
  recordCommand({
    name: 'audit verify',
    summary: 'check the hash chain of the audit trail from its first line to its last',
    read: () => ({}),
    run: ({ audit }) => audit.verify(),
    text: (verdict) =>
      verdict.outcome === 'intact'
        ? `Intact: ${verdict.events} events, last hash ${verdict.lastHash}`
        : `Broken at event ${verdict.atSequence}: ${verdict.reason}. Keep this data directory as it is and compare with the last checkpoint.`,
    succeeded: ({ outcome }) => outcome === 'intact',
  }),
  recordCommand({
    name: 'audit export',
    summary: 'the audit trail as JSON lines',
    read: () => ({}),
    run: async ({ audit }) => {
      const events: ChainedAuditEvent[] = [];
      for await (const event of audit.read()) events.push(event);
      return events;
    },
    text: (events) => events.map((event) => JSON.stringify(event)).join('\n'),
  }),
];
