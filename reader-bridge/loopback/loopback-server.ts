import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault } from '../../idp/domain/fault.ts';
import { answerTrouble } from './answers.ts';
import { presentationRoutes, routeOf } from './presentation-routes.ts';
import { Presentations, type PresentationsParts } from './presentations.ts';
import { requestTrouble } from './request-guard.ts';

export interface LoopbackOptions extends PresentationsParts {
  /** 0 lets the system choose, for tests. */
  readonly port: number;
  /** Whose browser is served; undefined where the system does not tell whose a socket is. */
  readonly uid: number | undefined;
}

export interface LoopbackServer {
  readonly port: number;
  close(): Promise<void>;
}

const headerBytes = 32 * 1024;

/**
 * The page on which a person presents a card to the browser on the same computer.
 * @throws {Fault} `ERR_ALREADY_RUNNING` when the port is taken.
 * @see RFC 8252 §7.3 (loopback redirect), §8.3
 */
export async function startLoopbackServer(options: LoopbackOptions): Promise<LoopbackServer> {
  const presentations = new Presentations(options);
  const { demonstration, returnUrl } = options.client.provider;
  const server = createServer({ maxHeaderSize: headerBytes, requestTimeout: 15_000 });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', (cause) => reject(portTaken(options.port, cause)));
    server.listen(options.port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  const guard = { host: `127.0.0.1:${port}`, serverPort: port, uid: options.uid };
  const routes = presentationRoutes({
    presentations,
    now: () => options.clock.now(),
    formOrigin: new URL(returnUrl).origin,
    demonstration,
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => {
      options.log(`loopback page failed: ${error instanceof Error ? error.name : 'unknown'}`);
      if (!response.headersSent) answerTrouble(request, response, 'internal', demonstration);
      else response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = routeOf(request);
    const trouble = await requestTrouble(request, route.kind, guard);
    if (trouble !== undefined) return answerTrouble(request, response, trouble, demonstration);
    await routes[route.name](request, response, route);
  }

  return {
    port,
    close: async () => {
      presentations.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function portTaken(port: number, cause: unknown): Fault {
  return new Fault(
    'ERR_ALREADY_RUNNING',
    `Port ${port} of this computer is in use: most likely another bridge runs already. End it first.`,
    cause,
  );
}
