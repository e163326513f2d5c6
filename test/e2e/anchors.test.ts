import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstallation, type Installation } from '../support/installation.ts';
import { pem } from '../support/test-pki.ts';

const hourMs = 3_600_000;

let here: Installation;
let fingerprint: string;

/** A fresh installation: nobody named a directory of anchors. */
beforeAll(async () => {
  here = await createInstallation({ KAZASU_JPKI_ANCHORS: '' });
  writeFileSync(join(here.directory, 'the newer one.cer'), here.pki.newer.certificate);
  const list = here.pki.newer.issueCrl({
    crlNumber: 1,
    thisUpdate: Date.now() - hourMs,
    nextUpdate: Date.now() + 24 * hourMs,
  });
  writeFileSync(join(here.directory, 'list.crl'), list);
  await here.start();
}, 60_000);
afterAll(() => here.close());

/** What the running server thinks of a list of the newer generation. */
const importList = async () => (await here.kazasu(['crl', 'import', 'list.crl', '--json'])).stdout;

describe('anchors on a fresh installation, while the server runs', () => {
  it('are none: the start says so, the doctor says what to do, and a list is of nobody', async () => {
    expect(here.printed()).toContain('No valid anchors');
    expect(await here.done('anchors', 'list')).toEqual([]);
    expect((await here.kazasu(['doctor'])).stdout).toContain('kazasu anchors add FILE');
    expect(await importList()).toContain('issuer-unknown');
  });

  it('are added with the very command that the first try prints', async () => {
    const first = await here.kazasu(['anchors', 'add', 'the newer one.cer']);
    expect(first.status).toBe(1);
    expect(first.stdout).toContain('https://www.jpki.go.jp/ca/');
    expect(await here.done('anchors', 'list')).toEqual([]);
    const [, command = ''] = /^ +kazasu (.*)$/m.exec(first.stdout) ?? [];
    const [, file = '', digits = ''] = /^anchors add '([^']*)' --sha256 ([0-9A-F]{64})$/.exec(command) ?? [];
    fingerprint = digits;
    const added = await here.done('anchors', 'add', file, '--sha256', fingerprint);
    expect(added).toMatchObject({ outcome: 'added', fingerprint, state: 'test' });
    const directory = join(here.dataDir, 'anchors');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(directory)).toEqual([`${fingerprint.toLowerCase()}.pem`]);
  });

  it('hold at once, with the worker that reads lists too, and at the next start', async () => {
    expect(await importList()).toContain('applied');
    await here.stop();
    await here.start();
    expect(await here.done('anchors', 'list')).toMatchObject([{ fingerprint, cards: 0 }]);
  });

  it.each([
    ['ERR_ANCHOR_KNOWN', () => ['the newer one.cer']],
    ['ERR_ANCHOR', () => ['list.crl']],
    ['ERR_FILE', () => ['missing.cer']],
    ['ERR_ANCHOR_FINGERPRINT', () => ['older.pem', '--sha256', fingerprint]],
    ['ERR_FINGERPRINT', () => ['older.pem', '--sha256', 'abc']],
  ])('are refused with %s and status 2', async (code, words) => {
    writeFileSync(join(here.directory, 'older.pem'), pem('CERTIFICATE', here.pki.older.certificate));
    const ran = await here.kazasu(['anchors', 'add', ...words(), '--json']);
    expect(ran.status).toBe(2);
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: { code } });
  });

  it('are removed by the beginning of a fingerprint, at once', async () => {
    const removed = await here.done('anchors', 'remove', fingerprint.slice(0, 8));
    expect(removed).toMatchObject({ fingerprint, cardsWithoutAuthority: 0 });
    const list = here.pki.newer.issueCrl({
      crlNumber: 2,
      thisUpdate: Date.now() - hourMs / 2,
      nextUpdate: Date.now() + 24 * hourMs,
    });
    writeFileSync(join(here.directory, 'list.crl'), list);
    expect(await importList()).toContain('issuer-unknown');
    expect(readdirSync(join(here.dataDir, 'anchors'))).toEqual([]);
  });

  it('stand in the trail, added and removed, with who did it', async () => {
    const { stdout } = await here.kazasu(['audit', 'export']);
    const events = stdout.split('\n').filter((line) => line.includes('"anchor.'));
    expect(events).toHaveLength(2);
    for (const event of events) expect(event).toContain(fingerprint);
    expect(events.every((event) => /"actor":"os:\d+"/.test(event))).toBe(true);
  });
});
