import { request as ask } from 'node:http';
import { request as askOverTls, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A proxy that ends TLS, asks clients for a certificate, and hands it on as RFC 9440 says. */
export interface ClientTlsProxy {
  /** `fetch` through the proxy, with this certificate. */
  fetchWith(own: Pair | undefined): typeof fetch;
  close(): Promise<void>;
}

/** @param target the provider behind it, over HTTP. */
export async function startClientTlsProxy(target: string, own: Pair): Promise<ClientTlsProxy> {
  const { host } = new URL(target);
  const server = createServer(
    { ...own, requestCert: true, rejectUnauthorized: false },
    (incoming, outgoing) => {
      const { raw } = (incoming.socket as TLSSocket).getPeerCertificate();
      const headers: NodeJS.Dict<string | string[]> = { ...incoming.headers, host };
      // Whatever the client says of it itself goes.
      headers['client-cert'] = raw === undefined ? '' : `:${raw.toString('base64')}:`;
      const onward = ask(
        `${target}${incoming.url}`,
        { method: incoming.method ?? 'GET', headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      incoming.pipe(onward);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    fetchWith: (pair) => async (input, init) => {
      const { pathname, search } = new URL(String(input));
      return exchange(`https://127.0.0.1:${port}${pathname}${search}`, init ?? {}, { ...pair, ca: own.cert });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function exchange(
  url: string,
  init: RequestInit,
  tls: Partial<Pair> & { readonly ca: string },
): Promise<Response> {
  const headers = Object.fromEntries(new Headers(init.headers));
  const body = init.body === undefined || init.body === null ? '' : String(init.body);
  if (init.body instanceof URLSearchParams) headers['content-type'] ??= 'application/x-www-form-urlencoded';
  return new Promise((resolve, reject) => {
    const sent = askOverTls(url, { method: init.method ?? 'GET', headers, ...tls }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const pairs = Object.entries(answer.headers).map(([name, value]): [string, string] => [
          name,
          String(value),
        ]);
        resolve(new Response(Buffer.concat(parts), { status: answer.statusCode ?? 502, headers: pairs }));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
