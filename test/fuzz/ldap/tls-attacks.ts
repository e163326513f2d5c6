import { connect as connectTls, type TLSSocket } from 'node:tls';
import { extendedRequest } from '../../connectors/ldap/support/requests.ts';
import { type Attack, keeping, open, type Ports } from './attack.ts';

const startTls = extendedRequest(5, '1.3.6.1.4.1.1466.20037');

const garbageHandshakes: Attack = {
  name: 'garbage in place of a handshake',
  atLeast: 40,
  run: (ports, signal) =>
    keeping(40, signal, (index) => {
      if (index % 2 === 0) {
        const socket = open(ports.ldapsPort);
        socket.write(Buffer.alloc(5_000, (index * 37) & 0xff));
        return socket;
      }
      const socket = open(ports.ldapPort);
      socket.write(Buffer.concat([startTls, Buffer.alloc(5_000, 0x42)]));
      return socket;
    }),
};

/** Each costs the server a signature: they come and go as fast as one process can make them. */
const handshakes: Attack = {
  name: 'handshakes that lead to nothing',
  atLeast: 200,
  run: (ports, signal) =>
    keeping(12, signal, () => {
      const socket = toTls(ports);
      return socket.once('secureConnect', () => socket.destroy());
    }),
};

/** TLS 1.2 lets a client begin anew as often as it likes, unless the server minds. */
const renegotiations: Attack = {
  name: 'renegotiations of TLS 1.2',
  atLeast: 20,
  run: async (ports, signal) => {
    let tried = 0;
    await keeping(6, signal, () => {
      const socket = toTls(ports);
      const again = () => {
        if (socket.destroyed) return;
        tried += 1;
        socket.renegotiate({}, (error) => (error ? socket.destroy() : again()));
      };
      return socket.once('secureConnect', again);
    });
    return tried;
  },
};

function toTls({ ldapsPort }: Ports): TLSSocket {
  const socket = connectTls({
    ...{ port: ldapsPort, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' },
  });
  return socket.on('error', () => undefined).resume();
}

export const tlsAttacks: readonly Attack[] = [garbageHandshakes, handshakes, renegotiations];
