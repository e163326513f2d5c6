import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Unix host inside this machine: a mount namespace in which the files that logins read are its own. */
export interface UnixHost {
  /** Runs a program as somebody logged in on that host. @param input what is typed */
  run(program: string, args: readonly string[], input?: string): Promise<{ code: number; output: string }>;
  close(): Promise<void>;
}

export interface UnixHostOptions {
  readonly daemon: readonly [string, ...string[]];
  /** NSS module and PAM module. */
  readonly nss: string;
  readonly pam: string;
  /** By path under /etc, each readable by root alone. */
  readonly files: Readonly<Record<string, string>>;
  /** The people whom it is to know before it is ready. */
  readonly knows: string;
}

/** The PAM service that `pamtester` is asked for. */
export const pamService = 'kazasu-test';

/** Only root may have a mount namespace of its own. */
export const mayHaveUnixHosts = process.getuid?.() === 0;

/** Starts the daemon of a Unix host, with nothing of the machine's own logins. */
export async function startUnixHost(options: UnixHostOptions): Promise<UnixHost> {
  const folder = mkdtempSync(join(tmpdir(), 'kazasu-unix-'));
  const etc = {
    ...options.files,
    'nsswitch.conf': `passwd: files ${options.nss}\ngroup: files ${options.nss}\nshadow: files ${options.nss}\nhosts: files\n`,
    [`pam.d/${pamService}`]: ['auth', 'account'].map((type) => `${type} required ${options.pam}\n`).join(''),
  };
  for (const [path, text] of Object.entries(etc)) {
    mkdirSync(join(folder, 'etc', path, '..'), { recursive: true });
    writeFileSync(join(folder, 'etc', path), text, { mode: 0o600 });
  }
  const daemon = spawn(
    'unshare',
    ['-m', 'sh', '-c', script(folder, Object.keys(etc)), 'sh', ...options.daemon],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: searchPath },
    },
  );
  let log = '';
  for (const stream of [daemon.stdout, daemon.stderr]) {
    stream.on('data', (octets) => {
      log = (log + String(octets).replace(/^nslcd: DEBUG.*\n/gm, '')).slice(0, 8_000);
    });
  }
  const host = { run: runIn(daemon), close: () => stop(daemon, folder) };
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await host.run('getent', ['passwd', options.knows])).code === 0) return host;
    await sleep(100);
  }
  await host.close();
  throw new Error(`${options.daemon[0]} did not come to know ${options.knows}: ${log}`);
}

const searchPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** What daemons write stays in memory of the namespace; single files of /etc are covered, the others are the machine's. */
function script(folder: string, files: readonly string[]): string {
  const covered = [...new Set(files.map((path) => path.split('/', 1)[0] ?? path))];
  return [
    'set -e',
    'mount --make-rprivate /',
    'for place in /run /var/lib/sss /var/log/sssd; do [ ! -d $place ] || mount -t tmpfs none $place; done',
    'mkdir -p /run/nslcd && chown nslcd /run/nslcd 2>/dev/null || true',
    'for place in db mc pipes/private pubconf/krb5.include.d secrets keytabs gpo_cache deskprofile; do mkdir -p /var/lib/sss/$place 2>/dev/null || true; done',
    ...covered.map((path) => `mount --bind ${folder}/etc/${path} /etc/${path}`),
    'exec "$@"',
  ].join('\n');
}

function runIn(daemon: ChildProcess): UnixHost['run'] {
  return (program, args, input = '') =>
    new Promise((resolve) => {
      const command = ['-m', '-t', String(daemon.pid), program, ...args];
      const options = { timeout: 20_000, env: { PATH: searchPath, LC_ALL: 'C.UTF-8' } };
      const child = execFile('nsenter', command, options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr });
      });
      // Who asks nothing does not read either.
      child.stdin?.on('error', () => undefined).end(input);
    });
}

async function stop(daemon: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  if (daemon.exitCode === null && daemon.kill('SIGTERM')) {
    const late = setTimeout(() => daemon.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(late);
  }
  rmSync(folder, { recursive: true, force: true });
}
