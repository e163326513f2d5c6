import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GivenFile, type RecordCommand, recordCommand } from '../../../idp/commands/command.ts';
import { runInServer } from '../../../idp/commands/control-client.ts';
import { startControlServer } from '../../../idp/commands/control-server.ts';
import { RequestReader, requestOctets, socketPath } from '../../../idp/commands/control-wire.ts';
import { InvalidInput } from '../../../idp/domain/fault.ts';
import type { FlowContext } from '../../../idp/flows/context.ts';

const sizes = [0, 1, 70_000, 3_000_000];

/** Counts what it is given, says how far it is, and can fail at either end. */
const counting: RecordCommand = recordCommand({
  name: 'test count',
  summary: '',
  read: () => ({}),
  run: async (_context, input: { failAt?: number; ignore?: boolean }, actor, progress, files) => {
    if (input.ignore) throw new InvalidInput('ERR_TEST', 'before any file was read');
    const seen: { name: string; size: number; sum: number }[] = [];
    for await (const { name, octets } of files) {
      if (seen.length === input.failAt) throw new InvalidInput('ERR_TEST', 'in the middle');
      seen.push({ name, size: octets.length, sum: octets.reduce((sum, octet) => sum + octet, 0) });
      progress(`${name} seen`);
    }
    return { seen, actor };
  },
  text: () => '',
});

let dataDir: string;
let server: { close(): Promise<void> };
const log: string[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'kazasu-control-'));
  server = await startControlServer({} as FlowContext, dataDir, (line) => log.push(line), [counting]);
});
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function* given(read: string[] = []): AsyncGenerator<GivenFile> {
  for (const size of sizes) {
    read.push(`${size}`);
    yield { name: `${size} 件.crl`, octets: new Uint8Array(size).fill(10) };
  }
}

describe('a command to the running server', () => {
  it('brings its files as they are, says how far it is, and names the caller', async () => {
    const said: string[] = [];
    const answer = await runInServer(
      dataDir,
      'test count',
      {},
      { files: given(), progress: (line) => said.push(line) },
    );
    expect(answer?.output).toEqual({
      actor: `os:${process.getuid?.()}`,
      seen: sizes.map((size) => ({ name: `${size} 件.crl`, size, sum: size * 10 })),
    });
    expect(said).toEqual(sizes.map((size) => `${size} 件.crl seen`));
  });

  it('is answered with what is wrong, whether or not its files were read', async () => {
    for (const input of [{ ignore: true }, { failAt: 0 }, { failAt: 2 }]) {
      const answered = runInServer(dataDir, 'test count', input, { files: given() });
      await expect(answered).rejects.toMatchObject({ code: 'ERR_TEST' });
    }
    expect(log).toEqual([]);
  });

  it('ends when one of its files cannot be read, and the server goes on', async () => {
    async function* broken(): AsyncGenerator<GivenFile> {
      yield { name: 'a', octets: new Uint8Array(100_000) };
      throw new InvalidInput('ERR_FILE', 'gone meanwhile');
    }
    const answered = runInServer(dataDir, 'test count', {}, { files: broken() });
    await expect(answered).rejects.toMatchObject({ code: 'ERR_FILE' });
    expect(await runInServer(dataDir, 'test count', {})).toMatchObject({ output: { seen: [] } });
  });

  it('that stops in the middle ends too, and holds nobody up', async () => {
    const impatientDir = mkdtempSync(join(tmpdir(), 'kazasu-control-'));
    const impatient = await startControlServer({} as FlowContext, impatientDir, () => {}, [counting], 50);
    try {
      async function* stopping(): AsyncGenerator<GivenFile> {
        yield { name: 'a', octets: new Uint8Array(10) };
        await new Promise(() => {});
      }
      const answered = runInServer(impatientDir, 'test count', {}, { files: stopping() });
      await expect(answered).rejects.toMatchObject({ code: 'ERR_RECORD_UNAVAILABLE' });
      expect(await runInServer(impatientDir, 'test count', {})).toMatchObject({ output: { seen: [] } });
    } finally {
      await impatient.close();
      rmSync(impatientDir, { recursive: true, force: true });
    }
  });

  it('that nobody knows is refused', async () => {
    await expect(runInServer(dataDir, 'test nothing', {})).rejects.toMatchObject({ code: 'ERR_COMMAND' });
  });

  it('leaves no proof of its caller behind', async () => {
    await runInServer(dataDir, 'test count', {});
    expect(readdirSync(join(dataDir, 'control'))).toEqual(['kazasu.sock']);
  });

  it('is for another process to run where no server is', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'kazasu-control-'));
    expect(await runInServer(empty, 'test count', {})).toBeUndefined();
    mkdirSync(join(empty, 'control'));
    const read: string[] = [];
    expect(await runInServer(empty, 'test count', {}, { files: given(read) })).toBeUndefined();
    expect(readdirSync(join(empty, 'control'))).toEqual([]);
    expect(socketPath(empty)).toContain(empty);
    rmSync(empty, { recursive: true });
  });
});

describe('a request on the wire', () => {
  const whole = async () =>
    Buffer.concat(await Array.fromAsync(requestOctets({ command: 'x', input: '行\n' }, given())));
  async function* pieces(octets: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
  }

  it.each([1_000_000_000, 65_536, 1_000, 7])('is read alike in pieces of %i octets', async (size) => {
    const reader = new RequestReader(pieces(await whole(), size));
    expect(await reader.line()).toEqual({ command: 'x', input: '行\n' });
    const files = await Array.fromAsync(reader.files());
    expect(files.map(({ octets }) => octets.length)).toEqual(sizes);
    expect(files.every(({ octets }) => octets.every((octet) => octet === 10))).toBe(true);
  });

  it('that breaks off is refused wherever it does', async () => {
    const octets = await whole();
    for (const end of [10, 100, octets.length - 1]) {
      const reader = new RequestReader(pieces(octets.subarray(0, end), 1_000_000));
      const read = async () => {
        await reader.line();
        await Array.fromAsync(reader.files());
      };
      await expect(read()).rejects.toMatchObject({ code: 'ERR_COMMAND' });
    }
  });

  it.each([
    ['{"name":"a","size":300000000}\n', 'ERR_TOO_LARGE'],
    ['{"name":"a","size":-1}\n', 'ERR_COMMAND'],
    ['{"name":"a","size":1.5}\nabc', 'ERR_COMMAND'],
    ['{"name":"a"}\n', 'ERR_COMMAND'],
    ['nonsense\n', 'ERR_COMMAND'],
  ])('with the header %j is refused', async (header, code) => {
    const reader = new RequestReader(pieces(Buffer.from(header), 1_000));
    await expect(Array.fromAsync(reader.files())).rejects.toMatchObject({ code });
  });
});
