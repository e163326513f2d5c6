import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IssuedCertificate } from '../../idp/demo/authority/certification-authority.ts';
import type { OpensslDesk } from './openssl.ts';

/** `openssl ocsp` as a responder on loopback. It serves one connection after the other. */
export interface OpensslResponder {
  readonly url: string;
  /** Stops the process where it is (SIGSTOP): connections are taken, and nobody answers. */
  freeze(): void;
  goOn(): void;
  close(): Promise<void>;
}

/** A line of the index that tells the responder what it knows. */
export function indexLine(
  { notAfter, serialNumber }: IssuedCertificate,
  revoked?: { readonly at: number; readonly reason: string },
): string {
  const state = revoked === undefined ? 'V' : 'R';
  const since = revoked === undefined ? '' : `${utcTime(revoked.at)},${revoked.reason}`;
  const name = `/CN=${serialNumber}`;
  return `${[state, utcTime(notAfter), since, serialNumber.toUpperCase(), 'unknown', name].join('\t')}\n`;
}

/** YYMMDDHHMMSSZ. */
const utcTime = (instant: number): string =>
  `${new Date(instant)
    .toISOString()
    .slice(2)
    .replace(/[-:T]|\..*/g, '')}Z`;

/**
 * Starts it over `index.txt` and `newer.pem` of the desk.
 * @param signer files of the desk
 */
export async function startOpensslResponder(
  desk: OpensslDesk,
  signer: { readonly certificate: string; readonly key: string },
  ...more: readonly string[]
): Promise<OpensslResponder> {
  const files = ['-index', desk.path('index.txt'), '-CA', desk.path('newer.pem')];
  const signing = ['-rsigner', desk.path(signer.certificate), '-rkey', desk.path(signer.key)];
  const child = spawn('openssl', ['ocsp', ...files, ...signing, '-port', '0', ...more]);
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`openssl ocsp ended with ${code}`)));
    // It chooses a free port by itself and says which.
    const look = (text: unknown): void => {
      const port = /ACCEPT \S*:(\d+)/.exec(String(text))?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}/`);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
  });
  return {
    url,
    freeze: () => child.kill('SIGSTOP'),
    goOn: () => child.kill('SIGCONT'),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
