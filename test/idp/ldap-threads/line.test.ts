import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault, InvalidInput } from '../../../idp/domain/fault.ts';
import { ThreadLine } from '../../../idp/ldap-threads/line.ts';

type Theirs = {
  readonly double: (value: number) => number;
  readonly fail: (how: 'fault' | 'input' | 'bug') => Promise<never>;
  readonly note: (text: string) => void;
  readonly wait: (ms: number) => Promise<string>;
};

let channel: MessageChannel;
let line: ThreadLine<Theirs>;
const noted: string[] = [];

beforeEach(() => {
  channel = new MessageChannel();
  noted.length = 0;
  const theirs: Theirs = {
    double: (value) => value * 2,
    async fail(how) {
      if (how === 'fault') throw new Fault('ERR_RECORD_UNAVAILABLE', 'the record is away');
      if (how === 'input') throw new InvalidInput('ERR_CLIENT', 'no such client');
      throw new TypeError('secret-1234 is not a function');
    },
    note: (text) => void noted.push(text),
    wait: (ms) => new Promise((resolve) => setTimeout(() => resolve(`after ${ms}`), ms)),
  };
  new ThreadLine(channel.port2, theirs);
  line = new ThreadLine<Theirs>(channel.port1, {});
});
afterEach(() => channel.port1.close());

describe('a line between two threads', () => {
  it('brings each answer to its question, whatever the order', async () => {
    const answers = Promise.all([line.ask('wait', 20), line.ask('double', 21), line.ask('wait', 1)]);
    expect(await answers).toEqual(['after 20', 42, 'after 1']);
  });

  it('tells a fault from bad input, with its code', async () => {
    await expect(line.ask('fail', 'fault')).rejects.toBeInstanceOf(Fault);
    await expect(line.ask('fail', 'fault')).rejects.toMatchObject({ code: 'ERR_RECORD_UNAVAILABLE' });
    await expect(line.ask('fail', 'input')).rejects.toBeInstanceOf(InvalidInput);
    await expect(line.ask('fail', 'input')).rejects.toMatchObject({ code: 'ERR_CLIENT' });
  });

  it('carries nothing of what an unexpected error quotes', async () => {
    const error = await line.ask('fail', 'bug').catch((reason: unknown) => reason);
    expect(String(error)).toContain('TypeError');
    expect(String(error)).not.toContain('secret-1234');
  });

  it('says without waiting what needs no answer', async () => {
    line.tell('note', 'one');
    line.tell('note', 'two');
    await line.ask('double', 0);
    expect(noted).toEqual(['one', 'two']);
  });

  it('lets nobody wait for an end that is gone', async () => {
    const waiting = line.ask('wait', 10_000);
    line.hangUp(new Fault('ERR_RECORD_UNAVAILABLE', 'gone'));
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_RECORD_UNAVAILABLE' });
    await expect(line.ask('double', 1)).rejects.toMatchObject({ code: 'ERR_RECORD_UNAVAILABLE' });
  });
});
