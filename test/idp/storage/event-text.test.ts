import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../../idp/domain/audit-event.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { eventText } from '../../../idp/storage/sqlite/audit-chain.ts';

const texts = [
  '',
  'client:1',
  'urn:kazasu:acr:certificate',
  '佐藤 "花子"',
  'a\\b',
  'line\nfeed',
  '\u2028',
  '\ud800',
  '~',
  '[x]',
];

describe('the text of an event', () => {
  test('is what JSON makes of it, its details in the order of their names', () => {
    for (const text of texts) {
      for (const at of [0, 1_790_000_000_000, -1, 1.5]) {
        const details = { way: text, acr: 'x', count: at, flag: at > 0, [`${text}k`]: text };
        const event: AuditEvent = {
          at,
          type: 'login.granted',
          actor: actor('client', text),
          subject: text,
          details,
        };
        const { subject, details: given = {}, ...first } = event;
        const names = Object.keys(given).sort();
        const inOrder = Object.fromEntries(names.map((name) => [name, given[name]]));
        expect(eventText(event)).toBe(JSON.stringify({ ...first, subject, details: inOrder }));
        const denied: AuditEvent = { at, type: 'login.denied', actor: actor('client', 1), reason: text };
        expect(eventText(denied)).toBe(JSON.stringify(denied));
      }
    }
  });

  test('leaves out what is not there', () => {
    const event: AuditEvent = { at: 1, type: 'client.bound', actor: actor('os', 0), details: {} };
    expect(eventText(event)).toBe('{"at":1,"type":"client.bound","actor":"os:0","details":{}}');
  });
});
