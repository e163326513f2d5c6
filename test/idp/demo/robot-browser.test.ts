import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RobotBrowser } from '../../../idp/demo/robot-browser.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let servers: Server[];
let origins: string[];
let handler: Handler;
let seen: IncomingMessage[];

beforeAll(async () => {
  servers = [0, 1].map(() =>
    createServer((request, response) => {
      seen.push(request);
      handler(request, response);
    }),
  );
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  origins = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => {
  for (const server of servers) server.close();
});
beforeEach(() => {
  seen = [];
  handler = (_request, response) => response.end('page');
});

const redirect = (response: ServerResponse, location: string, cookies: string[] = []) =>
  response.writeHead(303, { Location: location, 'Set-Cookie': cookies }).end();

describe('the robot browser', () => {
  it('navigates with the headers of a person’s navigation', async () => {
    await new RobotBrowser('ja').navigate(origins[0]!);
    expect(seen[0]?.headers).toMatchObject({
      'accept-language': 'ja',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'sec-fetch-site': 'none',
    });
  });

  it('says how the next page stands to the one it comes from', async () => {
    const browser = new RobotBrowser('ja');
    await browser.navigate(origins[0]!);
    await browser.navigate('/next');
    await browser.navigate(origins[1]!);
    await browser.navigate(origins[1]!.replace('127.0.0.1', 'localhost'));
    const sites = seen.map(({ headers }) => headers['sec-fetch-site']);
    expect(sites).toEqual(['none', 'same-origin', 'same-site', 'cross-site']);
  });

  it('marks what a script asks for as such', async () => {
    const browser = new RobotBrowser('ja');
    await browser.navigate(origins[0]!);
    await browser.fetchPart('/part');
    expect(seen[1]?.headers).toMatchObject({
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
      'sec-fetch-site': 'same-origin',
    });
  });

  it('follows redirects, keeps cookies by path, and drops those that are taken back', async () => {
    handler = (request, response) => {
      if (request.url === '/') redirect(response, '/in/deep', ['a=1; Path=/in; HttpOnly', 'b=2; Path=/out']);
      else if (request.url === '/in/deep') redirect(response, '/in/end', ['a=; Path=/in']);
      else response.end('end');
    };
    const { url, text } = await new RobotBrowser('ja').navigate(origins[0]!);
    expect([url.pathname, text]).toEqual(['/in/end', 'end']);
    expect(seen.map(({ headers }) => headers.cookie)).toEqual([undefined, 'a=1', undefined]);
  });

  it('keeps a cookie for the host and not for its neighbours', async () => {
    handler = (_request, response) => response.setHeader('Set-Cookie', 'a=1; Path=/').end();
    const browser = new RobotBrowser('ja');
    await browser.navigate(origins[0]!);
    await browser.navigate(origins[1]!);
    await browser.navigate(origins[1]!.replace('127.0.0.1', 'localhost'));
    expect(seen.map(({ headers }) => headers.cookie)).toEqual([undefined, 'a=1', undefined]);
  });

  it('does not follow a path that only begins alike', async () => {
    handler = (_request, response) => response.setHeader('Set-Cookie', 'a=1; Path=/in').end();
    const browser = new RobotBrowser('ja');
    await browser.navigate(`${origins[0]}/in`);
    await browser.navigate('/inside');
    expect(seen[1]?.headers.cookie).toBeUndefined();
  });

  it('sends a form with the origin of its page', async () => {
    const browser = new RobotBrowser('ja');
    await browser.navigate(origins[0]!);
    await browser.submit('/form', { secret: 'a b', pin: '1' });
    expect(seen[1]?.method).toBe('POST');
    expect(seen[1]?.headers.origin).toBe(origins[0]);
  });

  it('follows a page that leads on by itself', async () => {
    handler = (request, response) =>
      request.url === '/' ? response.setHeader('Refresh', '0; url=/next').end() : response.end('next');
    expect((await new RobotBrowser('ja').navigate(origins[0]!)).text).toBe('next');
  });

  it('gives up where browsers are sent round in circles', async () => {
    handler = (_request, response) => redirect(response, '/again');
    await expect(new RobotBrowser('ja').navigate(origins[0]!)).rejects.toThrow(TypeError);
  });

  it('tells of every request and how long its answer took', async () => {
    handler = (request, response) => (request.url === '/' ? redirect(response, '/end') : response.end());
    const hops: [string, boolean][] = [];
    const browser = new RobotBrowser('ja', (url) => (ms) => void hops.push([url.pathname, ms >= 0]));
    await browser.navigate(origins[0]!);
    expect(hops).toEqual([
      ['/', true],
      ['/end', true],
    ]);
  });
});
