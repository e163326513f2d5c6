import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createOcspResponder } from '../../idp/demo/authority/ocsp-responder.ts';
import { serveOcsp } from '../../idp/demo/authority/ocsp-server.ts';
import type { CardToWrite } from '../../reader-bridge/virtual/card-directory.ts';
import { createTestPki, pem, type TestPki } from './test-pki.ts';

const main = fileURLToPath(new URL('../../idp/main.ts', import.meta.url));

/** What one run of the command line printed and said. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The output of `--json`. */
  json<T = { readonly [name: string]: string }>(): T;
}

/** An installation of one machine, run as a user would: processes, environment, a data directory and an authority. */
export interface Installation {
  readonly issuer: string;
  readonly directory: string;
  readonly dataDir: string;
  readonly ldapPort: number;
  readonly ldapsPort: number;
  readonly pki: TestPki;
  /** Runs `kazasu …` with this installation's environment; `input` goes to its standard input. */
  kazasu(args: readonly string[], input?: string): Promise<Ran>;
  /** The same, and fails unless it exits 0. */
  done<T = { readonly [name: string]: string }>(...args: readonly string[]): Promise<T>;
  start(): Promise<void>;
  /** Ends the server: `SIGTERM` unless said otherwise. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts any `kazasu` command that goes on, such as `bridge run`. */
  spawn(args: readonly string[]): ChildProcess;
  /** A software card with a certificate of the newer generation. */
  newCard(pin?: string): CardToWrite & { readonly serialNumber: string };
  /** Everything that the server and the commands printed so far. */
  printed(): string;
  setEnvironment(name: string, value: string): void;
  close(): Promise<void>;
}

/** Makes an installation; nothing runs yet but the authority's OCSP responder. */
export async function createInstallation(
  environment: { readonly [name: string]: string } = {},
): Promise<Installation> {
  const directory = mkdtempSync(join(tmpdir(), 'kazasu-'));
  const [httpPort, ldapPort, ldapsPort] = [await freePort(), await freePort(), await freePort()];
  const pki = await createTestPki({}, Date.now());
  const ocsp = await serveOcsp(createOcspResponder({ authorities: [pki.older, pki.newer], now: Date.now }));
  const anchors = join(directory, 'anchors');
  mkdirSync(anchors);
  for (const [name, { certificate }] of Object.entries({ older: pki.older, newer: pki.newer })) {
    writeFileSync(join(anchors, `${name}.pem`), pem('CERTIFICATE', certificate));
  }
  const issuer = `http://localhost:${httpPort}`;
  const env: { [name: string]: string | undefined } = {
    PATH: process.env.PATH,
    HOME: directory,
    KAZASU_ISSUER: issuer,
    KAZASU_PORT: String(httpPort),
    KAZASU_LDAP_PORT: String(ldapPort),
    KAZASU_LDAPS_PORT: String(ldapsPort),
    KAZASU_DATA_DIR: join(directory, 'data'),
    KAZASU_JPKI_ANCHORS: anchors,
    KAZASU_JPKI_ALLOW_TEST_CA: 'true',
    KAZASU_OCSP_URL: ocsp.url,
    // A test says when lists are fetched.
    KAZASU_CRL_DAILY_AT: 'off',
    ...environment,
  };
  const children = new Set<ChildProcess>();
  let printed = '';
  let server: ChildProcess | undefined;

  const launch = (args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [main, ...args], { env, cwd: directory, stdio: 'pipe' });
    children.add(child);
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    child.once('exit', () => children.delete(child));
    return child;
  };
  const kazasu = async (args: readonly string[], input = ''): Promise<Ran> => {
    const child = launch(args);
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin?.end(input);
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, stdout, stderr, json: <T>() => JSON.parse(stdout) as T };
  };

  return {
    issuer,
    directory,
    dataDir: join(directory, 'data'),
    ldapPort,
    ldapsPort,
    pki,
    kazasu,
    spawn: launch,
    printed: () => printed,
    setEnvironment: (name, value) => {
      env[name] = value;
    },
    async done<T>(...args: readonly string[]) {
      const ran = await kazasu([...args, '--json']);
      if (ran.status !== 0)
        throw new Error(`kazasu ${args.join(' ')}: ${ran.status} ${ran.stdout} ${ran.stderr}`);
      return ran.json<T>();
    },
    async start() {
      server = launch(['start']);
      const { exitCode } = await until(`${issuer} to answer`, async () => {
        if (server?.exitCode !== null) return { exitCode: server?.exitCode };
        const answered = await fetch(`${issuer}/healthz`).catch(() => undefined);
        return answered?.ok ? { exitCode: null } : undefined;
      });
      if (exitCode !== null) throw new Error(`the server ended with ${exitCode}: ${printed}`);
    },
    async stop(signal = 'SIGTERM') {
      if (server !== undefined) await end(server, signal);
      server = undefined;
    },
    newCard(pin = '1234') {
      const { holder, newer } = pki;
      const issued = newer.issueUserCertificate({
        publicKey: holder.publicKey,
        notBefore: Date.now() - 86_400_000,
      });
      return {
        kind: 'jpki' as const,
        certificatePem: pem('CERTIFICATE', issued.certificate),
        caCertificatePem: pem('CERTIFICATE', newer.certificate),
        privateKeyPem: holder.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        pin,
        serialNumber: issued.serialNumber,
      };
    },
    async close() {
      for (const child of children) await end(child, 'SIGTERM');
      await ocsp.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits until something is there. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  patienceMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(25);
  }
}

/** Ends a child and waits for it. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(patience);
}

/** A port of loopback that nobody has at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
