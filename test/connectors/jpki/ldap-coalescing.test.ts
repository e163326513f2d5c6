import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { coalesceMessages } from '../../../connectors/jpki/ldap-coalescing.ts';
import { tlv } from '../../../idp/demo/authority/der-writer.ts';

const message = (length: number, octet = 1): Buffer => Buffer.from(tlv(0x30, Buffer.alloc(length, octet)));

/** What comes out when these pieces come in, and how the connection fared. */
function through(pieces: readonly Uint8Array[], maxOctets = 1_000_000) {
  const socket = coalesceMessages(new Socket(), maxOctets);
  const out: Buffer[] = [];
  const errors: Error[] = [];
  socket.on('data', (bytes: Buffer) => out.push(bytes)).on('error', (error) => errors.push(error));
  for (const piece of pieces) socket.emit('data', piece);
  return { out, socket, errors };
}

const split = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

describe('a connection in whole messages', () => {
  it.each([1, 2, 3, 7, 1000, 100_000])('gives the same octets, %i at a time', (size) => {
    const messages = [message(5), message(127), message(300, 2), message(70_000, 3), message(0)];
    const { out } = through(split(Buffer.concat(messages), size));
    expect(Buffer.concat(out).equals(Buffer.concat(messages))).toBe(true);
  });

  it('gives a long message in one piece', () => {
    const long = message(500_000);
    const { out } = through(split(long, 1400));
    expect(out.map(({ length }) => length)).toEqual([long.length]);
  });

  it('gives nothing of a message that is not whole', () => {
    const { out } = through(split(message(5000).subarray(0, 4999), 100));
    expect(out).toEqual([]);
  });

  it.each([
    ['longer than allowed', Buffer.from('3084000fffff', 'hex'), 1000],
    ['of a length nobody can send', Buffer.from('308900', 'hex'), 1000],
    ['of indefinite length', Buffer.from('3080', 'hex'), 1000],
  ])('ends when a message is announced that is %s', (_, header, maxOctets) => {
    const { out, socket } = through([header], maxOctets);
    expect(socket.destroyed).toBe(true);
    expect(out).toEqual([]);
  });

  it('ends when messages that are short enough are too many', () => {
    const { out, socket } = through(
      Array.from({ length: 100 }, () => message(10_000)),
      100_000,
    );
    expect(socket.destroyed).toBe(true);
    expect(Buffer.concat(out).length).toBeLessThan(200_000);
  });
});
