/**
 * The credentials of an address as HTTP wants them.
 * @returns `undefined` when the address holds none.
 * @see RFC 7617 §2
 */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
