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

  it.each([
    ['CN=Himeji-shi CRLDP,OU=Hyogo,O=JPKI,C=JP: reading 40 %', 'CN=Himeji-shi … reading 40 %'],
    ['失効リスト失効リスト失効リスト: 40 %', '失効リスト失効…リスト: 40 %'],
    ['list: reading 40 %', 'list: reading 40 %'],
  ])('never takes more than a line of the terminal, and keeps how far it is: %s', (line, cut) => {
    const columns = () => 29;
    const write = (text: string) => written.push(text);
    progressLines({ isTerminal: true, columns, write }).progress(line);
    expect(written).toEqual([`\r\u001b[K${cut}`]);
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
