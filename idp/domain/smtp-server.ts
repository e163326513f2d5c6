import { InvalidInput } from './fault.ts';

/** How a mail server is reached. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet (`smtps:`). @see RFC 8314 §3.3 */
  readonly implicitTls: boolean;
  /** Nothing is sent before STARTTLS. @see RFC 3207 */
  readonly demandsStartTls: boolean;
  readonly user?: string;
  readonly password?: string;
}

const submissionPort = 587;
const submissionsPort = 465;

/**
 * Reads `smtp://user:password@host:port` or `smtps://…`. On `smtp:` STARTTLS is demanded, unless the server is this machine
 * itself or the address says `?starttls=optional`.
 * @throws {InvalidInput} `ERR_SMTP_URL`; its message never holds the address, which holds a password.
 */
export function parseSmtpUrl(text: string): SmtpServer {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') {
    throw new InvalidInput('ERR_SMTP_URL', 'is smtp:// or smtps://, with a host');
  }
  const starttls = url.searchParams.get('starttls');
  const unknown = [...url.searchParams.keys()].filter((name) => name !== 'starttls');
  if (unknown.length > 0 || !['', '/'].includes(url.pathname) || ![null, 'optional'].includes(starttls)) {
    throw new InvalidInput('ERR_SMTP_URL', 'takes no path, and no parameter but starttls=optional');
  }
  if ((url.username === '') !== (url.password === '')) {
    throw new InvalidInput('ERR_SMTP_URL', 'takes a user and a password, or neither');
  }
  const implicitTls = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isHere = host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
  return {
    host,
    port: url.port === '' ? (implicitTls ? submissionsPort : submissionPort) : Number(url.port),
    implicitTls,
    demandsStartTls: !implicitTls && !isHere && starttls === null,
    ...credentialsOf(url),
  };
}

function credentialsOf({ username, password }: URL): { readonly user?: string; readonly password?: string } {
  if (username === '') return {};
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch (cause) {
    throw new InvalidInput(
      'ERR_SMTP_URL',
      'takes a user and a password with signs like @ and # as %40 and %23',
      cause,
    );
  }
}

/**
 * Reads `address` or `Name <address>`.
 * @throws {InvalidInput} `ERR_MAIL_ADDRESS`
 * @see RFC 5321 §4.1.2
 */
export function parseMailbox(text: string): string {
  const address = /^[^<>\r\n]*<([^<>]+)>$/.exec(text)?.[1] ?? text;
  if (!/^[^\s@<>,;"\\]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,253}[a-zA-Z0-9])?$/.test(address)) {
    throw new InvalidInput('ERR_MAIL_ADDRESS', 'is an address, or Name <address>');
  }
  return text;
}
