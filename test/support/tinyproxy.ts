import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './installation.ts';

/** A real HTTP proxy on loopback. */
export interface Tinyproxy {
  /** `host:port` */
  readonly host: string;
  /** What it was asked: `POST http://… HTTP/1.1`, `CONNECT host:port HTTP/1.1`. */
  asked(): readonly string[];
  close(): Promise<void>;
}

/** Starts a throw-away proxy that knows one user, or asks nobody who he is. The caller closes it. */
export async function startTinyproxy(user?: {
  readonly name: string;
  readonly password: string;
}): Promise<Tinyproxy> {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-tinyproxy-'));
  const port = await freePort();
  const log = join(directory, 'log');
  const settings = [
    ...['Listen 127.0.0.1', `Port ${port}`, 'Allow 127.0.0.1', 'Timeout 30', 'MaxClients 20'],
    ...[`LogFile "${log}"`, 'LogLevel Connect', `PidFile "${join(directory, 'pid')}"`],
    ...(user === undefined ? [] : [`BasicAuth ${user.name} ${user.password}`]),
  ];
  writeFileSync(join(directory, 'conf'), `${settings.join('\n')}\n`);
  const child = spawn('tinyproxy', ['-d', '-c', join(directory, 'conf')], { stdio: 'ignore' });
  const close = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(directory, { recursive: true, force: true });
  };
  for (let waited = 0; !(await answers(port)); waited += 20) {
    if (waited > 5000 || child.exitCode !== null) {
      await close();
      throw new Error('tinyproxy did not listen in time');
    }
    await sleep(20);
  }
  return {
    host: `127.0.0.1:${port}`,
    asked: () =>
      [...readFileSync(log, 'utf8').matchAll(/Request \(file descriptor \d+\): (.*)/g)].map(
        ([, line = '']) => line,
      ),
    close,
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
