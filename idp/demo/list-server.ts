import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where the day's lists are published, over HTTP on loopback. */
export interface ListServer {
  /** Ends in `/`: a directory of lists, as `KAZASU_CRL_SOURCES` takes it. */
  readonly url: string;
  /** @param fileName as `crlFileName` makes it. */
  publish(fileName: string, list: Uint8Array): void;
  close(): Promise<void>;
}

/** Publishes lists under their file names. @see RFC 5280 §4.2.1.13 (application/pkix-crl) */
export async function startListServer(): Promise<ListServer> {
  const lists = new Map<string, Uint8Array>();
  const server = createServer((request, response) => {
    const list = lists.get(nameOf(request.url ?? '/'));
    if (list === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Type': 'application/pkix-crl' }).end(list);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    publish: (fileName, list) => void lists.set(fileName, list),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function nameOf(path: string): string {
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    return '';
  }
}
