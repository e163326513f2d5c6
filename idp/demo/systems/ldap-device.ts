import { Client, InvalidCredentialsError } from 'ldapts';

/** How a device reaches its directory; every LDAP device has a settings page with these fields. */
export interface DirectorySettings {
  /** `ldaps://host:port` */
  readonly url: string;
  /** The certificate to trust, PEM. */
  readonly ca: string;
  readonly baseDN: string;
  readonly bindDN: string;
  readonly password: string;
}

/** Where in a device's exchange the milliseconds went. */
export type DirectoryEvent = { readonly operation: 'bind' | 'search'; readonly ms: number };

const timeoutMs = 10_000;

/** Opens a connection for one question, as devices do, and leaves it in good order. */
export async function withDirectory<T>(
  { url, ca }: DirectorySettings,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs, tlsOptions: { ca } });
  try {
    return await work(client);
  } finally {
    await client.unbind();
  }
}

/** Whether a bind was refused with "wrong credentials" (49), the one refusal that means no. @see RFC 4511 §4.1.9 */
export function isInvalidCredentials(error: unknown): boolean {
  return error instanceof InvalidCredentialsError;
}

/** How long something took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, ms: performance.now() - startedAt };
}
