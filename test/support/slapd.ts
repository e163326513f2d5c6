import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SlapdOptions {
  /** Loaded before the start, the suffix entry first. */
  readonly ldif: string | Iterable<string>;
  readonly suffix: string;
  /** More of the schema, after the usual ones: attribute types, content rules, modules that bring some. */
  readonly schemaLines?: readonly string[];
  /** More lines for the database part of slapd.conf: indexes, access rules. */
  readonly databaseLines?: readonly string[];
  /** How large the database may become; 1 GiB unless said. */
  readonly maxBytes?: number;
  readonly rootDN?: string;
  readonly rootPassword?: string;
  /** For ldaps: paths of PEM files. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export interface Slapd {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Present when `tls` was given. */
  readonly secureUrl?: string;
  /** Where the data lies, until `close`. */
  readonly directory: string;
  close(): Promise<void>;
}

const slapd = '/usr/sbin/slapd';
const schemas = ['core', 'cosine', 'inetorgperson', 'nis'];

/** Starts a throw-away OpenLDAP server (mdb) on a free port of loopback. The caller closes it. */
export async function startSlapd(options: SlapdOptions): Promise<Slapd> {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-slapd-'));
  const configuration = writeConfiguration(directory, options);
  load(directory, configuration, options.ldif);
  const [port, securePort] = [await freePort(), await freePort()];
  const url = `ldap://127.0.0.1:${port}`;
  const secureUrl = options.tls && `ldaps://127.0.0.1:${securePort}`;
  const urls = secureUrl === undefined ? url : `${url} ${secureUrl}`;
  // `-d 0` keeps it in the foreground, so that it is ours to end.
  const child = spawn(slapd, ['-f', configuration, '-h', urls, '-d', '0'], { stdio: 'ignore' });
  const close = async (): Promise<void> => {
    await end(child);
    rmSync(directory, { recursive: true, force: true });
  };
  await untilListening(port, child).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    url,
    port,
    pid: child.pid ?? 0,
    directory,
    close,
    ...(secureUrl === undefined ? {} : { secureUrl }),
  };
}

function writeConfiguration(directory: string, options: SlapdOptions): string {
  const data = join(directory, 'data');
  mkdirSync(data);
  const lines = [
    ...schemas.map((schema) => `include /etc/ldap/schema/${schema}.schema`),
    `pidfile ${join(directory, 'slapd.pid')}`,
    `argsfile ${join(directory, 'slapd.args')}`,
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    ...(options.schemaLines ?? []),
    'sizelimit unlimited',
    'sockbuf_max_incoming 134217728',
    'sockbuf_max_incoming_auth 134217728',
    ...(options.tls ? [`TLSCertificateFile ${options.tls.certificate}`] : []),
    ...(options.tls ? [`TLSCertificateKeyFile ${options.tls.key}`] : []),
    'database mdb',
    `maxsize ${options.maxBytes ?? 1024 ** 3}`,
    `suffix "${options.suffix}"`,
    `directory ${data}`,
    ...(options.rootDN ? [`rootdn "${options.rootDN}"`, `rootpw ${options.rootPassword ?? 'secret'}`] : []),
    ...(options.databaseLines ?? []),
  ];
  const path = join(directory, 'slapd.conf');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** `-q` loads without syncing, which is many times faster. */
function load(directory: string, configuration: string, ldif: string | Iterable<string>): void {
  const file = join(directory, 'load.ldif');
  const opened = openSync(file, 'w');
  for (const piece of typeof ldif === 'string' ? [ldif] : inPieces(ldif)) writeSync(opened, piece);
  closeSync(opened);
  const { status, stderr } = spawnSync(slapd, ['-T', 'add', '-q', '-f', configuration, '-l', file], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`slapadd: ${stderr}`);
  rmSync(file);
}

/** Some thousand entries a write. */
function* inPieces(entries: Iterable<string>): Generator<string> {
  let piece = '';
  for (const entry of entries) {
    piece += entry;
    if (piece.length < 1_000_000) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`slapd ended with ${child.exitCode}`);
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('slapd does not listen');
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** One LDIF entry; values that are bytes go as base64. */
export function ldifEntry(
  dn: string,
  attributes: Readonly<Record<string, string | Uint8Array | readonly string[]>>,
): string {
  const lines = Object.entries(attributes).flatMap(([type, value]) => {
    if (value instanceof Uint8Array) return [`${type}:: ${Buffer.from(value).toString('base64')}`];
    return (typeof value === 'string' ? [value] : value).map((text) => ldifLine(type, text));
  });
  return `${[ldifLine('dn', dn), ...lines].join('\n')}\n\n`;
}

/** Text that is not plain ASCII goes as base64. @see RFC 2849 */
const ldifLine = (type: string, text: string): string =>
  /^[!-9;=-~][ -~]*$/.test(text) && !text.endsWith(' ')
    ? `${type}: ${text}`
    : `${type}:: ${Buffer.from(text, 'utf8').toString('base64')}`;
