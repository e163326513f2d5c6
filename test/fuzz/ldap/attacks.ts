import { baseDn } from '../../connectors/ldap/support/in-memory-flows.ts';
import {
  bindRequest,
  equal,
  extendedRequest,
  searchRequest,
} from '../../connectors/ldap/support/requests.ts';
import { type Attack, keeping, open } from './attack.ts';
import { tlsAttacks } from './tls-attacks.ts';

const printer = `cn=printer,ou=devices,${baseDn}`;
const whoAmI = extendedRequest(7, '1.3.6.1.4.1.4203.1.11.3');
const search = searchRequest(3, { base: baseDn, filter: equal('serialNumber', '77777777') });

/** One octet at a time, for ever in the middle of a message. */
const slowWriters: Attack = {
  name: '200 writers of one octet at a time',
  atLeast: 200,
  run: (ports, signal) =>
    keeping(200, signal, () => {
      const socket = open(ports.ldapPort);
      const bytes = bindRequest(1, printer, 'x'.repeat(2_000));
      let sent = 0;
      const timer = setInterval(() => socket.write(bytes.subarray(sent, ++sent)), 100);
      return socket.once('close', () => clearInterval(timer));
    }),
};

/** Connected, and half of a handshake or of a message; some close their side and stay. */
const halfOpen: Attack = {
  name: '300 half-open connections',
  atLeast: 300,
  run: (ports, signal) =>
    keeping(300, signal, (index) => {
      const socket = open(index % 2 === 0 ? ports.ldapPort : ports.ldapsPort);
      if (index % 3 === 0) socket.end(search.subarray(0, 9));
      else socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]));
      return socket;
    }),
};

/** From several addresses, as one office would: one address has only so many. */
const idle: Attack = {
  name: '2,000 idle connections',
  atLeast: 2000,
  run: (ports, signal) =>
    keeping(2_000, signal, (index) => open(ports.ldapPort, `127.0.1.${1 + (index % 8)}`)),
};

/** As fast as it goes, in pieces that fill the socket, and the answers are not read. */
const flood: Attack = {
  name: 'floods of small messages whose answers nobody reads',
  atLeast: 4,
  run: (ports, signal) =>
    keeping(4, signal, () => {
      const socket = open(ports.ldapPort).pause();
      const burst = Buffer.concat(Array.from({ length: 4_000 }, () => Buffer.concat([whoAmI, search])));
      const pour = () => {
        while (!socket.destroyed && !signal.aborted && socket.write(burst));
      };
      socket.on('drain', pour);
      socket.once('connect', pour);
      return socket;
    }),
};

/** The same by somebody who reads: one connection after the other is kept busy. */
const busyFlood: Attack = {
  name: 'floods of small messages whose answers are read',
  atLeast: 1_000_000,
  run: async (ports, signal) => {
    let octets = 0;
    await keeping(4, signal, () => {
      const socket = open(ports.ldapPort, '127.0.4.1').on('data', ({ length }: Buffer) => (octets += length));
      const burst = Buffer.concat(Array.from({ length: 4_000 }, () => whoAmI));
      const pour = () => {
        while (!socket.destroyed && !signal.aborted && socket.write(burst));
      };
      socket.on('drain', pour);
      socket.once('connect', pour);
      return socket;
    });
    return octets;
  },
};

const wrongSecrets: Attack = {
  name: 'a flood of binds with wrong secrets',
  atLeast: 8,
  run: (ports, signal) =>
    keeping(8, signal, (index) => {
      const socket = open(ports.ldapPort, `127.0.2.${1 + (index % 4)}`);
      const burst = Buffer.concat(
        Array.from({ length: 500 }, (_, id) => bindRequest(id + 1, printer, 'WRONG')),
      );
      const timer = setInterval(() => socket.write(burst), 20);
      return socket.once('close', () => clearInterval(timer));
    }),
};

const lengths = [
  '3084ffffffff',
  '3084 7fffffff',
  '3083ffffff',
  '30880000000000ffffff',
  '3080',
  '308401000000',
];

const giantLengths: Attack = {
  name: 'giant lengths, with megabytes after them',
  atLeast: 100,
  run: (ports, signal) =>
    keeping(20, signal, (index) => {
      const socket = open(ports.ldapPort);
      socket.write(Buffer.from((lengths[index % lengths.length] ?? '').replace(' ', ''), 'hex'));
      socket.write(Buffer.alloc(1 << 20, index));
      return socket;
    }),
};

/** `(!(!(!…)))` and `(&(&(&…)))`: 30,000 levels. */
function deepFilter(tag: number): Buffer {
  let inner: Buffer = Buffer.from([0x87, 0x02, 0x63, 0x6e]);
  for (let level = 0; level < 30_000; level += 1) {
    inner = Buffer.concat([Buffer.from([tag, 0x84, 0, 0, 0, 0]), inner]);
    inner.writeUInt32BE(inner.length - 6, 2);
  }
  const head = Buffer.from('04000a01020a0100020100020100010100', 'hex');
  const rest = Buffer.concat([head, inner, Buffer.from([0x30, 0x00])]);
  const op = Buffer.concat([Buffer.from([0x63, 0x84, 0, 0, 0, 0]), rest]);
  op.writeUInt32BE(rest.length, 2);
  const whole = Buffer.concat([Buffer.from([0x30, 0x84, 0, 0, 0, 0, 0x02, 0x01, 0x09]), op]);
  whole.writeUInt32BE(whole.length - 6, 2);
  return whole;
}

const deepFilters: Attack = {
  name: 'filters of 30,000 levels',
  atLeast: 100,
  run: async (ports, signal) => {
    const filters = [0xa2, 0xa0, 0xa1].map(deepFilter);
    let sent = 0;
    await keeping(6, signal, () => {
      const socket = open(ports.ldapPort);
      socket.write(bindRequest(1, printer, 'secret-of-printer'));
      const timer = setInterval(() => socket.write(filters[sent++ % 3] ?? search), 20);
      return socket.once('close', () => clearInterval(timer));
    });
    return sent;
  },
};

export const attacks: readonly Attack[] = [
  slowWriters,
  halfOpen,
  idle,
  flood,
  busyFlood,
  wrongSecrets,
  giantLengths,
  deepFilters,
  ...tlsAttacks,
];
