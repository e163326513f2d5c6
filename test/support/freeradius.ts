import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, until } from './installation.ts';

export interface FreeRadius {
  /** What a door controller hears: `accept`, `reject`, or nothing at all. */
  access(userName: string, password?: string): Promise<'accept' | 'reject' | 'silence'>;
  printed(): string;
  close(): Promise<void>;
}

const secret = 'testing123';

/**
 * Starts a throw-away FreeRADIUS on loopback with these two files.
 * @param site its `listen` is on every address and port 1812; here it is on a free port of loopback
 */
export async function startFreeRadius(files: { ldap: string; site: string }): Promise<FreeRadius> {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-radius-'));
  const port = await freeUdpPort();
  mkdirSync(join(directory, 'mods'));
  writeFileSync(join(directory, 'mods/ldap'), files.ldap);
  const site = files.site
    .replace('ipaddr = *', 'ipaddr = 127.0.0.1')
    .replace('port = 1812', `port = ${port}`);
  writeFileSync(join(directory, 'site'), site);
  writeFileSync(join(directory, 'radiusd.conf'), configuration(directory));
  const child = spawn('/usr/sbin/freeradius', ['-f', '-X', '-d', directory], { stdio: 'pipe' });
  let printed = '';
  const keep = (chunk: Buffer) => {
    printed += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const close = () => stop(child, directory);
  await until('FreeRADIUS to be ready', () => {
    if (child.exitCode !== null) throw new Error(`FreeRADIUS ended: ${printed.slice(-2_000)}`);
    return printed.includes('Ready to process requests') || undefined;
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    access: (userName, password = 'x') => ask(port, userName, password),
    printed: () => printed,
    close,
  };
}

async function stop(child: ChildProcess, directory: string): Promise<void> {
  await end(child);
  rmSync(directory, { recursive: true, force: true });
}

/** One try: what is not answered within its three seconds is not answered. */
function ask(port: number, userName: string, password: string): Promise<'accept' | 'reject' | 'silence'> {
  const request = `User-Name = "${userName}"\nUser-Password = "${password}"\n`;
  const args = ['-r', '1', '-t', '3', '-x', `127.0.0.1:${port}`, 'auth', secret];
  return new Promise((resolve) => {
    const child = execFile('radclient', args, (_error, stdout, stderr) => {
      const heard = stdout + stderr;
      if (heard.includes('Received Access-Accept')) resolve('accept');
      else resolve(heard.includes('Received Access-Reject') ? 'reject' : 'silence');
    });
    child.stdin?.end(request);
  });
}

/** As little as it runs with, and what Debian enables by itself: what is shown is the two files of the page. */
function configuration(directory: string): string {
  return `
prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = ${directory}
logdir = ${directory}
run_dir = ${directory}
pidfile = ${directory}/pid
name = freeradius
max_request_time = 10
cleanup_delay = 1
max_requests = 256
security {
	allow_core_dumps = no
	max_attributes = 200
	reject_delay = 0
	status_server = no
}
client door {
	ipaddr = 127.0.0.1
	secret = ${secret}
}
thread pool {
	start_servers = 1
	max_servers = 4
	min_spare_servers = 1
	max_spare_servers = 2
	max_requests_per_server = 0
}
modules {
	always reject {
		rcode = reject
	}
	always handled {
		rcode = handled
	}
	$INCLUDE ${directory}/mods/
}
instantiate {
}
$INCLUDE ${directory}/site
`;
}

function freeUdpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4').once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
