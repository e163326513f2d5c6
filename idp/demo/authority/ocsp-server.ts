import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OcspHandler } from './ocsp-responder.ts';

export interface OcspServer {
  readonly url: string;
  close(): Promise<void>;
}

const longestRequest = 16 * 1024;

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > longestRequest) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** The request in a POST body or, base64, in the path of a GET. @see RFC 6960 §A.1 */
async function requestOf(request: IncomingMessage): Promise<Buffer | undefined> {
  if (request.method === 'POST') return readBody(request);
  if (request.method !== 'GET') return undefined;
  return Buffer.from(decodeURIComponent((request.url ?? '').split('/').at(-1) ?? ''), 'base64');
}

/** Serves a responder on loopback. @param port 0 for any free one */
export async function serveOcsp(handler: OcspHandler, port = 0): Promise<OcspServer> {
  const server = createServer(async (request, response) => {
    try {
      const body = await requestOf(request);
      if (body === undefined) {
        response.writeHead(400).end();
        return;
      }
      const answer = await handler(body);
      response.writeHead(200, { 'Content-Type': 'application/ocsp-response' }).end(answer);
    } catch {
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
