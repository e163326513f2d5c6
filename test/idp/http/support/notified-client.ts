import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a client in ping mode was told. */
export interface Notification {
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

/** A client's own server, where it is told that a tap came. */
export interface NotifiedClient {
  readonly endpoint: string;
  readonly notifications: readonly Notification[];
  /** How the next notifications are answered; 204 when none is left. */
  answer(...statuses: readonly number[]): void;
  close(): Promise<void>;
}

export async function startNotifiedClient(): Promise<NotifiedClient> {
  const notifications: Notification[] = [];
  let statuses: number[] = [];
  const server = createServer(async (request, response) => {
    const body: unknown = JSON.parse(await textOf(request));
    const { authorization, 'content-type': contentType } = request.headers;
    notifications.push({ authorization, contentType, body });
    const status = statuses.shift() ?? 204;
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}/told`,
    notifications,
    answer: (...next) => {
      statuses = [...next];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
