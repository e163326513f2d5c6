import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { ownerIn, ownerOfClient } from '../../reader-bridge/loopback/socket-owner.ts';

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, remote: string, uid: number) =>
  `   0: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  ${uid}        0 12345 1 0000000000000000 20 4 30 10 -1\n`;

test('the owner of a client’s end is found by its two ports, in either table', () => {
  const connection = { clientPort: 0xd431, serverPort: 0x92bc };
  const ours = row('0100007F:92BC', '0100007F:D431', 0);
  expect(ownerIn(header + ours + row('0100007F:D431', '0100007F:92BC', 1000), connection)).toBe(1000);
  const mapped = row('0000000000000000FFFF00000100007F:D431', '0000000000000000FFFF00000100007F:92BC', 1001);
  expect(ownerIn(header + mapped, connection)).toBe(1001);
});

test('a socket that is not listed, or is of another machine, has no owner', () => {
  const connection = { clientPort: 0xd431, serverPort: 0x92bc };
  expect(ownerIn(header, connection)).toBeUndefined();
  expect(ownerIn('', connection)).toBeUndefined();
  expect(ownerIn(header + row('0A00000A:D431', '0100007F:92BC', 1000), connection)).toBeUndefined();
});

test('the kernel tells our own uid for our own connection', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const accepted = new Promise<number>((resolve) =>
    server.once('connection', (socket) => resolve(socket.remotePort ?? 0)),
  );
  const client = connect(port, '127.0.0.1');
  const clientPort = await accepted;
  expect(await ownerOfClient({ clientPort, serverPort: port })).toBe(process.getuid?.());
  client.destroy();
  server.close();
});
