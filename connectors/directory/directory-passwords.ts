import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Client, InvalidCredentialsError, ResultCodeError } from 'ldapts';
import { type UserNameTemplate, userNameOf } from '../../idp/domain/directory-user-name.ts';
import { Fault } from '../../idp/domain/fault.ts';
import type { DirectoryPasswords, DirectoryUser } from '../../idp/ports/directory-passwords.ts';

export interface DirectoryOptions {
  /** `ldap://host:port` or `ldaps://host:port`. */
  readonly url: string;
  readonly startTls: boolean;
  readonly userName: UserNameTemplate;
  /** A PEM file of the authorities that its certificate may come from, read at every try; empty: the machine's own list. */
  readonly caFile: string;
  readonly timeoutMs?: number;
}

const code = 'ERR_DIRECTORY_UNAVAILABLE';
/** A bind of a printer or a door waits behind it. */
const usualTimeoutMs = 5_000;
/** More at once than any directory answers in time; whoever comes then is told to try again. */
const mostAtOnce = 256;

/**
 * Asks an LDAP directory by a simple bind, on a connection of its own for each try: nothing of one person can reach
 * another's. Only `invalidCredentials` is a no, whatever Active Directory adds to it: locked, expired and disabled are
 * that directory's affair, and no sign-in either way.
 * @see RFC 4511 §4.2.2, RFC 4513 §5.1.3
 */
export function createDirectoryPasswords(options: DirectoryOptions): DirectoryPasswords {
  let underWay = 0;
  return {
    async verify(user, password) {
      if (password === '') return 'wrong';
      if (underWay >= mostAtOnce) throw new Fault(code, 'Too many passwords are being asked about at once.');
      underWay += 1;
      try {
        const name = userNameOf(options.userName, user);
        // Somebody whom the directory cannot know takes as long as somebody else.
        const answer = await ask(options, name ?? nobodysName(options, user), password);
        return name === undefined ? 'wrong' : answer;
      } finally {
        underWay -= 1;
      }
    },
  };
}

/** In the form that the directory takes, and of nobody. */
function nobodysName({ userName }: DirectoryOptions, { uid }: DirectoryUser): string {
  const nobody = { uid: `invalid.${uid}`, mail: `${uid}@invalid`, employeeNumber: `invalid.${uid}` };
  return userNameOf(userName, nobody) ?? '';
}

/** Whether the directory answers at all, and what speaks against it: it is asked as nobody. */
export async function reachDirectory(options: DirectoryOptions): Promise<void> {
  await connected(options, async (client) => {
    await client.search('', { scope: 'base', filter: '(objectClass=*)', attributes: ['1.1'] });
  });
}

function ask(options: DirectoryOptions, name: string, password: string): Promise<'right' | 'wrong'> {
  return connected(options, async (client) => {
    try {
      await client.bind(name, password);
      return 'right';
    } catch (error) {
      if (error instanceof InvalidCredentialsError) return 'wrong';
      throw error;
    }
  });
}

async function connected<T>(options: DirectoryOptions, work: (client: Client) => Promise<T>): Promise<T> {
  const { url, startTls, timeoutMs = usualTimeoutMs } = options;
  let client: Client | undefined;
  try {
    const isSecure = url.startsWith('ldaps:');
    const tls = isSecure || startTls ? tlsOptions(options) : undefined;
    // Any TLS option would make ldapts speak TLS to a plain address at once.
    const asked = new Client({
      ...{ url, timeout: timeoutMs, connectTimeout: timeoutMs },
      ...(isSecure && tls !== undefined ? { tlsOptions: tls } : {}),
    });
    client = asked;
    return await within(timeoutMs, async () => {
      if (!isSecure && tls !== undefined) await asked.startTLS(tls);
      return work(asked);
    });
  } catch (error) {
    throw new Fault(code, `The directory for passwords did not answer: ${said(error)}.`);
  } finally {
    // What goes wrong while leaving changes nothing.
    client?.unbind().catch(() => undefined);
  }
}

function tlsOptions({ url, caFile }: DirectoryOptions): ConnectionOptions {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    // An address is no server name. @see RFC 6066 §3
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(caFile === '' ? {} : { ca: readFileSync(caFile, 'utf8') }),
    minVersion: 'TLSv1.2',
  };
}

/** The client's own time is for one request; connecting, TLS and bind together have no more. */
async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('LATE')), ms);
  const working = work();
  // Whichever loses the race must not become an unhandled rejection.
  working.catch(() => undefined);
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A name and a number: what directories and libraries say in words may repeat who was asked about. */
function said(error: unknown): string {
  if (error instanceof ResultCodeError) return `${error.name} (${error.code})`;
  const { code: cause, message } = error as { readonly code?: string; readonly message?: string };
  if (message === 'LATE') return 'it took too long';
  return cause ?? (error instanceof Error ? error.name : 'failed');
}
