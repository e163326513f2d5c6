import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progressLines } from '../../../idp/commands/progress-lines.ts';

let written: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  written = [];
});
afterEach(() => {
  vi.useRealTimers();
});

const shown = (isTerminal: boolean) => progressLines({ isTerminal, write: (text) => written.push(text) });

describe('progress', () => {
  it('is written over on a terminal, and nothing of it stays', () => {
    const { progress, end } = shown(true);
    progress('fetching');
    progress('reading 40 %');
    end();
    expect(written).toEqual(['\r\u001b[Kfetching', '\r\u001b[Kreading 40 %', '\r\u001b[K']);
  });

  it('of something short is not written elsewhere', () => {
    const { progress, end } = shown(false);
    vi.advanceTimersByTime(999);
    progress('fetching');
    end();
    expect(written).toEqual([]);
  });

  it('of something long is a line a second elsewhere', () => {
    const { progress } = shown(false);
    for (let tenths = 0; tenths < 25; tenths += 1) {
      vi.advanceTimersByTime(100);
      progress(`${tenths + 1}`);
    }
    expect(written).toEqual(['10\n', '20\n']);
  });
});
