import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { end, until } from './installation.ts';

/** A message as Python's mail library reads it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly headers: { readonly [name: string]: string };
  readonly text: string;
  /** Every octet on the wire was ASCII. */
  readonly ascii: boolean;
  readonly tls: boolean;
  readonly user: string | null;
}

export interface SmtpTestServer {
  readonly port: number;
  /** So many messages, once they are there. */
  taken(count: number): Promise<readonly TakenMail[]>;
  /** What is there at this moment. */
  readonly mails: readonly TakenMail[];
  close(): Promise<void>;
}

const script = new URL('smtp-server.py', import.meta.url).pathname;

/** Starts aiosmtpd on loopback, on a port that is free unless one is given. */
export async function startSmtpServer(...options: readonly string[]): Promise<SmtpTestServer> {
  const child = spawn('/usr/bin/python3', [script, ...options], { stdio: 'pipe' });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const mails: TakenMail[] = [];
  let port: number | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const told = JSON.parse(line) as { readonly port?: number };
    if (told.port === undefined) mails.push(told as unknown as TakenMail);
    else port = told.port;
  });
  const listening = await until('the mail server to listen', () => {
    if (child.exitCode !== null)
      throw new Error(`the mail server ended with ${child.exitCode}: ${complaints}`);
    return port;
  });
  return {
    port: listening,
    mails,
    taken: (count) => until(`${count} messages`, () => (mails.length >= count ? mails : undefined)),
    close: () => end(child, 'SIGKILL'),
  };
}
