import { type AddressInfo, createServer } from 'node:net';

/** The port wished for when nothing listens there on loopback, otherwise a free one. */
export async function wishedOrFreePort(wished: number): Promise<number> {
  return (await tryPort(wished)) ?? (await tryPort(0)) ?? 0;
}

function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    // On every interface's loopback: a program that listens on all of them counts as being there, too.
    server.listen(port, '127.0.0.1', () => {
      const { port: found } = server.address() as AddressInfo;
      server.close(() => resolve(found));
    });
  });
}
