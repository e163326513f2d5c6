import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../connectors/ldap/limits.ts';
import { Patience } from '../../../connectors/ldap/patience.ts';

const opened = Date.parse('2026-11-23T01:00:00Z');
const { bindTimeoutSeconds } = defaultLimits;
const late = opened + (bindTimeoutSeconds + 1) * 1_000;
const silent = { everBound: false, operationsUnderWay: 0, midMessage: false, congestedAt: undefined };

describe('the patience with a connection that nobody has bound on', () => {
  it('is over after a while', () => {
    const patience = new Patience(defaultLimits, opened);
    expect(patience.isOver(late - 1_000, silent)).toBe(false);
    expect(patience.isOver(late, silent)).toBe(true);
  });

  it('is not over while its bind waits for a tap', () => {
    const patience = new Patience(defaultLimits, opened);
    expect(patience.isOver(late, { ...silent, operationsUnderWay: 1 })).toBe(false);
  });
});
