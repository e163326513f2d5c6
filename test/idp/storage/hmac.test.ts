import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hmacSha256 } from '../../../idp/storage/keys/hmac.ts';

const ofText = (text: string) => Buffer.from(text, 'latin1');
const ofHex = (hex: string) => Buffer.from(hex, 'hex');

describe('HMAC-SHA-256', () => {
  // RFC 4231 §4.2, §4.3, §4.4, §4.7, §4.8
  test.each([
    ['0b'.repeat(20), ofText('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      ofText('Jefe').toString('hex'),
      ofText('what do ya want for nothing?'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'aa'.repeat(20),
      ofHex('dd'.repeat(50)),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      'aa'.repeat(131),
      ofText('Test Using Larger Than Block-Size Key - Hash Key First'),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      'aa'.repeat(131),
      ofText(
        'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      ),
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])('of RFC 4231: key %s', (key, message, mac) => {
    expect(hmacSha256(createSecretKey(ofHex(key)))(message)).toBe(mac);
  });

  test('is Node’s for messages of every length, one after the other under one key', () => {
    const key = createSecretKey(randomBytes(32));
    const ours = hmacSha256(key);
    for (let length = 0; length < 200; length += 1) {
      const message = randomBytes(length);
      expect(ours(message)).toBe(createHmac('sha256', key).update(message).digest('hex'));
      expect(ours(message)).toBe(createHmac('sha256', key).update(message).digest('hex'));
    }
  });
});
