/** Values of settings that take more than a line to read. Each throws a `TypeError` that says what the value should be, and never what it was: it may hold a password. */

/** One of a few words. */
export function oneOf<Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((one) => one === text);
    if (word === undefined) throw new TypeError(`is ${words.join(' or ')}`);
    return word;
  };
}

/** A host as addresses name it: in lower case, with a port only where it is not the usual one. */
export function parseHost(text: string): string {
  const host = text.toLowerCase();
  const isHost = ['http:', 'https:'].every((protocol) => URL.parse(`${protocol}//${host}`)?.host === host);
  if (!isHost)
    throw new TypeError('is hosts like ocsp.example or ocsp.example:8080, without the usual ports');
  return host;
}

/** `http://[user:password@]host:port`; empty: none. */
export function parseHttpProxy(text: string): string {
  if (text !== '' && !isHttpProxy(URL.parse(text))) {
    throw new TypeError(
      'is http://host:port or http://user:password@host:port, with signs like @ and # as %40 and %23',
    );
  }
  return text;
}

function isHttpProxy(url: URL | null): boolean {
  if (url === null || url.protocol !== 'http:' || `${url.pathname}${url.search}${url.hash}` !== '/')
    return false;
  try {
    decodeURIComponent(`${url.username}:${url.password}`);
    return true;
  } catch {
    // A % that is not followed by two hexadecimal digits.
    return false;
  }
}
