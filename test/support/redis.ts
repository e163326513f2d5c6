import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Redis {
  readonly url: string;
  readonly pid: number;
  /** Stops the process where it is (SIGSTOP), as a machine that hangs does; `goOn` lets it continue. */
  freeze(): void;
  goOn(): void;
  /** Ends it without warning; what it held is lost. */
  kill(): Promise<void>;
  /** Starts it again, empty, under the same address. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const startTimeoutMs = 5_000;

/** Starts a throw-away Redis on a free port of loopback that writes nothing to disk. The caller closes it. */
export async function startRedis(): Promise<Redis> {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-redis-'));
  const port = await freePort();
  let child = await start(port, directory);
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    freeze: () => child.kill('SIGSTOP'),
    goOn: () => child.kill('SIGCONT'),
    kill: () => end(child),
    async restart() {
      await end(child);
      child = await start(port, directory);
    },
    async close() {
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function start(port: number, directory: string): Promise<ChildProcess> {
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory, '--save', ''];
  const child = spawn('redis-server', [...settings, '--appendonly', 'no'], { stdio: 'ignore' });
  await untilListening(port, child);
  return child;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (let waited = 0; waited < startTimeoutMs; waited += 20) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    if (await answers(port)) return;
    await sleep(20);
  }
  await end(child);
  throw new Error('redis-server did not listen in time');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  // Also ends a process that is stopped.
  child.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
