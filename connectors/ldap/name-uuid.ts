import { createHash } from 'node:crypto';

/** The namespace of distinguished names. @see RFC 9562 §6.6 */
const x500Namespace = Buffer.from('6ba7b8149dad11d180b400c04fd430c8', 'hex');

/**
 * A UUID for what has none of its own: the same for the same name, at every start and on every node.
 * @param name a distinguished name, in the one spelling of `dnKey`
 * @see RFC 9562 §5.5, RFC 4530 §2.1
 */
export function nameUuid(name: string): string {
  const octets = createHash('sha1').update(x500Namespace).update(name).digest().subarray(0, 16);
  octets.writeUInt8((octets.readUInt8(6) & 0x0f) | 0x50, 6);
  octets.writeUInt8((octets.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = octets.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
