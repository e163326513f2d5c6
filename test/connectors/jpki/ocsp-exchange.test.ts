import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ocspExchange } from '../../../connectors/jpki/ocsp-exchange.ts';

const responder = new URL('http://ocsp.example/status/');
/** Its base64 has every sign that an address cannot take as it is. */
const request = Buffer.from('+/+/+w==', 'base64');

describe('an OCSP request', () => {
  it('is posted as it is', () => {
    expect(ocspExchange(responder, request, 'post')).toMatchObject({
      url: responder,
      exchange: {
        method: 'POST',
        body: request,
        headers: { 'Content-Type': 'application/ocsp-request', Accept: 'application/ocsp-response' },
      },
    });
  });

  it('is put behind the address, and no cache may answer it', () => {
    const { url, exchange } = ocspExchange(responder, request, 'get');
    expect(url.href).toBe('http://ocsp.example/status/%2B%2F%2B%2F%2Bw%3D%3D');
    expect(exchange).toEqual({
      headers: { Accept: 'application/ocsp-response', 'Cache-Control': 'no-cache' },
    });
  });

  it('needs no slash at the end of the address', () => {
    for (const address of ['http://ocsp.example/status', 'http://ocsp.example']) {
      const { url } = ocspExchange(new URL(address), Buffer.from('abc'), 'get');
      expect(url.href).toBe(`${address}/YWJj`);
    }
  });

  it('is posted as soon as the address would have 255 octets', () => {
    const room = 254 - responder.href.length;
    // Four characters for three octets; zeros are written as A, which stays one character.
    const octets = Buffer.alloc(Math.floor(room / 4) * 3);
    const longest = new URL(`http://ocsp.example/status${'s'.repeat(room % 4)}/`);
    expect(ocspExchange(longest, octets, 'get').url.href).toHaveLength(254);
    const tooLong = new URL(`http://ocsp.example/status${'s'.repeat((room % 4) + 1)}/`);
    expect(ocspExchange(tooLong, octets, 'get')).toMatchObject({
      url: tooLong,
      exchange: { method: 'POST' },
    });
  });

  it('is posted where the address has a query', () => {
    const asked = new URL('http://ocsp.example/?tenant=1');
    expect(ocspExchange(asked, randomBytes(9), 'get')).toMatchObject({
      url: asked,
      exchange: { method: 'POST' },
    });
  });
});
