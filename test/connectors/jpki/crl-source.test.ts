import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { crlFileName } from '../../../connectors/jpki/crl-file-name.ts';
import { createCrlSource } from '../../../connectors/jpki/crl-source.ts';

const point = 'CN=Himeji-shi CRLDP,OU=Hyogo,O=JPKI-TEST,C=JP';
const list = Buffer.from('30030101ff', 'hex');
const unavailable = expect.objectContaining({ name: 'Fault', code: 'ERR_CRL_SOURCE_UNAVAILABLE' });

describe('the file name of a distribution point', () => {
  it('is its DN, readable', () => {
    expect(crlFileName(point)).toBe('CN=Himeji-shi CRLDP,OU=Hyogo,O=JPKI-TEST,C=JP.crl');
  });

  it('leads nowhere else', () => {
    expect(crlFileName('CN=../../etc/passwd\0')).toBe('CN=%2E%2E%2F%2E%2E%2Fetc%2Fpasswd%00.crl');
  });

  it('is a digest when the DN is too long for a file system', () => {
    expect(crlFileName(`CN=${'姫路市'.repeat(40)}`)).toMatch(/^[0-9a-f]{64}\.crl$/);
  });
});

describe('a file', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'kazasu-crl-'));
    writeFileSync(join(directory, crlFileName(point)), list);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('of a distribution point is found in a directory', async () => {
    const source = createCrlSource(pathToFileURL(directory).href);
    expect(Buffer.concat(await source.fetch(point)).equals(list)).toBe(true);
    await expect(source.fetch('CN=Nowhere')).rejects.toEqual(unavailable);
  });

  it('for each CA generation is found in a directory, and nothing that only begins alike', async () => {
    const generations = mkdtempSync(join(tmpdir(), 'kazasu-crl-'));
    try {
      const stem = join(generations, crlFileName(point).slice(0, -'.crl'.length));
      writeFileSync(`${stem}.0a0b.crl`, Buffer.from([1]));
      writeFileSync(`${stem}.0c0d.crl`, Buffer.from([2]));
      writeFileSync(`${stem}.crl`, Buffer.from([3]));
      for (const other of [',C=JP.crl', '.0a0b.crl.new', '.x.crl', '.0a0b.txt'])
        writeFileSync(stem + other, 'no');
      const told: [number, number | undefined][] = [];
      const source = createCrlSource(pathToFileURL(generations).href);
      const lists = await source.fetch(point, (octets, total) => told.push([octets, total]));
      expect(lists.map(([first]) => first)).toEqual([1, 2, 3]);
      expect(told.at(-1)).toEqual([3, 3]);
    } finally {
      rmSync(generations, { recursive: true });
    }
  });

  it('that is named is taken for every distribution point', async () => {
    const source = createCrlSource(pathToFileURL(join(directory, crlFileName(point))).href);
    expect(Buffer.concat(await source.fetch('CN=Anywhere')).equals(list)).toBe(true);
  });

  it('that is a pipe is not waited for, and a device is not read', async () => {
    const hostile = mkdtempSync(join(tmpdir(), 'kazasu-crl-'));
    try {
      execFileSync('mkfifo', [join(hostile, crlFileName(point))]);
      symlinkSync('/dev/zero', join(hostile, crlFileName('CN=Kobe-shi')));
      const source = createCrlSource(pathToFileURL(hostile).href);
      await expect(source.fetch(point)).rejects.toEqual(unavailable);
      await expect(source.fetch('CN=Kobe-shi')).rejects.toEqual(unavailable);
    } finally {
      rmSync(hostile, { recursive: true });
    }
  });

  it('that is not there is named as it was looked for, and where once', async () => {
    const source = createCrlSource(pathToFileURL(directory).href);
    await expect(source.fetch('CN=Nowhere')).rejects.toThrow(/^looked for “CN=Nowhere.crl”, none is there$/);
    const gone = createCrlSource(pathToFileURL(join(directory, 'gone')).href);
    await expect(gone.fetch(point)).rejects.toThrow(/^“gone” is not there$/);
  });

  it('that may not be read is not said to be missing', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'kazasu-crl-'));
    const file = join(closed, crlFileName(point));
    writeFileSync(file, list, { mode: 0o000 });
    chmodSync(closed, 0o755);
    const isRoot = process.getuid?.() === 0;
    try {
      // Root may read everything.
      if (isRoot) process.seteuid?.(65_534);
      const fetched = createCrlSource(pathToFileURL(closed).href).fetch(point);
      await expect(fetched).rejects.toThrow(`the user of this program may not read “${crlFileName(point)}”`);
    } finally {
      if (isRoot) process.seteuid?.(0);
      rmSync(closed, { recursive: true });
    }
  });

  it('that is too long is not taken', async () => {
    const source = createCrlSource(pathToFileURL(directory).href, { maxOctets: 4 });
    await expect(source.fetch(point)).rejects.toEqual(unavailable);
  });
});

describe('an HTTP server', () => {
  const servers: Server[] = [];
  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('gives a list by its name under an address that ends in a slash', async () => {
    const url = await serve((request, response) => {
      const wanted = `/lists/${encodeURIComponent(crlFileName(point))}`;
      response.writeHead(request.url === wanted ? 200 : 404).end(list);
    });
    expect(Buffer.concat(await createCrlSource(`${url}/lists/`).fetch(point)).equals(list)).toBe(true);
    const nowhere = createCrlSource(`${url}/lists/`).fetch('CN=Nowhere');
    await expect(nowhere).rejects.toThrow('answered with status 404; looked for “CN=Nowhere.crl”');
    await expect(nowhere).rejects.toEqual(unavailable);
  });

  it('gives the list that is named', async () => {
    const url = await serve((request, response) => response.end(request.url === '/one.crl' ? list : ''));
    expect(Buffer.concat(await createCrlSource(`${url}/one.crl`).fetch(point)).equals(list)).toBe(true);
  });

  it.each<[string, RequestListener]>([
    ['an error', (_, response) => response.writeHead(503).end()],
    ['a redirect', (_, response) => response.writeHead(302, { Location: '/elsewhere' }).end(list)],
    [
      'half of it',
      (_, response) =>
        response.writeHead(200, { 'Content-Length': 10 }).write(list, () => response.destroy()),
    ],
    ['too much', (_, response) => response.end(Buffer.alloc(2000))],
    ['nothing', () => {}],
  ])('that gives %s is a fault', async (_, listener) => {
    const source = createCrlSource(`${await serve(listener)}/one.crl`, {
      maxOctets: 1000,
      timeoutSeconds: 0.3,
    });
    await expect(source.fetch(point)).rejects.toEqual(unavailable);
  });

  it('is told the user and password of its address', async () => {
    const url = await serve((request, response) => {
      const right = request.headers.authorization === `Basic ${Buffer.from('user:pass').toString('base64')}`;
      response.writeHead(right ? 200 : 401).end(list);
    });
    const address = url.replace('http://', 'http://user:pass@');
    expect(Buffer.concat(await createCrlSource(`${address}/a.crl`).fetch(point)).equals(list)).toBe(true);
  });

  it('is named without its user and password', () => {
    expect(createCrlSource('https://user:secret@lists.example/a.crl').name).toBe(
      'https://lists.example/a.crl',
    );
  });
});

describe('an address', () => {
  it.each(['', 'lists.example', 'ftp://lists.example/', '/var/lib/lists'])('%o is no source', (address) => {
    expect(() => createCrlSource(address)).toThrow(expect.objectContaining({ code: 'ERR_CRL_SOURCE' }));
  });
});
