import { beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../idp/demo/journal.ts';
import { HandSetClock } from '../../support/clock.ts';

describe('the journal', () => {
  let journal: Journal;
  beforeEach(() => {
    journal = new Journal(new HandSetClock('2026-11-22T00:00:00Z'));
  });

  it('gives steps to the act that is open, in their order', () => {
    journal.begin('door', 'hanako');
    journal.note('card', 'card-read', { commands: 6 }, 1.5);
    journal.note('system', 'door-opened');
    journal.end({ outcome: 'done', facts: {} });
    expect(journal.acts[0]?.steps.map(({ what, ms }) => [what, ms])).toEqual([
      ['card-read', 1.5],
      ['door-opened', undefined],
    ]);
  });

  it('drops what happens while no act is open', () => {
    journal.note('card', 'card-read');
    journal.begin('door', 'hanako');
    journal.end({ outcome: 'done', facts: {} });
    journal.note('card', 'card-read');
    expect(journal.acts[0]?.steps).toEqual([]);
  });

  it('takes the milliseconds of a step that had only begun', () => {
    journal.begin('kiosk-tap', 'hanako');
    const took = journal.note('provider', 'browser-returns');
    journal.note('provider', 'decided-yes');
    took(4);
    expect(journal.openSteps[0]).toMatchObject({ what: 'browser-returns', ms: 4 });
  });

  it('keeps the first result of an act', () => {
    journal.begin('print', 'hanako');
    journal.end({ outcome: 'done', facts: {} });
    journal.end({ outcome: 'refused', reason: 'unknown-card', facts: {} });
    expect(journal.acts[0]?.result?.outcome).toBe('done');
  });

  it('tells an act that is driven from one that the visitor walks', () => {
    expect(journal.isDriven).toBe(false);
    journal.begin('kiosk-by-hand', 'hanako');
    expect(journal.isDriven).toBe(false);
    journal.begin('kiosk-tap', 'hanako');
    expect(journal.isDriven).toBe(true);
    journal.end({ outcome: 'done', facts: {} });
    expect(journal.isDriven).toBe(false);
  });

  it('tells its listeners of every change until they stop listening', () => {
    let changes = 0;
    const stop = journal.onChange(() => {
      changes += 1;
    });
    journal.begin('door', 'hanako');
    journal.note('system', 'door-opened');
    stop();
    journal.end({ outcome: 'done', facts: {} });
    expect(changes).toBe(2);
  });

  it('forgets the oldest acts', () => {
    for (let count = 0; count < 60; count += 1) journal.begin('door', 'hanako');
    expect(journal.acts).toHaveLength(50);
    expect(journal.acts.at(-1)?.number).toBe(60);
  });
});
