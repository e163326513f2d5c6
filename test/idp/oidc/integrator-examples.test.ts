import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../../idp/domain/person.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { addReader } from '../../../idp/flows/manage-readers.ts';
import { freePort, until } from '../../support/installation.ts';
import { root } from '../../support/source-files.ts';
import { addDeviceClient, type DeviceClient, DeviceReader } from '../http/support/device-place.ts';
import { type RunningIdp, runIdp } from '../http/support/running-idp.ts';

const serialNumber = '0a00c1';

let idp: RunningIdp;
let hanako: Person;
let folder: string;
let ticking: NodeJS.Timeout;

beforeAll(async () => {
  idp = await runIdp();
  hanako = await idp.addPerson('hanako');
  await idp.addCard(hanako, serialNumber);
  folder = mkdtempSync(join(tmpdir(), 'kazasu-examples-'));
  // Another process has the machine's clock.
  ticking = setInterval(() => idp.clock.set(Date.now()), 20);
});
afterAll(async () => {
  clearInterval(ticking);
  await idp.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs an example of the documentation as its page says. */
function run(
  name: string,
  { clientId, clientSecret }: Pick<DeviceClient, 'clientId' | 'clientSecret'>,
  more: {
    readonly words?: readonly string[];
    readonly environment?: { readonly [name: string]: string };
  } = {},
): { readonly child: ChildProcess; said(): string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [join(root, `docs/examples/${name}.ts`), ...(more.words ?? [])], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      ISSUER: idp.issuer,
      CLIENT_ID: clientId,
      CLIENT_SECRET: clientSecret,
      ...more.environment,
    },
  });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said: () => said, ended };
}

describe('the examples of the documentation run as they stand', () => {
  it('CIBA by polling', async () => {
    const client = await addDeviceClient(idp, 'poller', ['ciba']);
    const reader = await DeviceReader.add(idp, 'poller-reader', [client]);
    const example = run('ciba-poll', client);
    await until('the request', () => example.said().includes('Hold a card') || undefined);
    await reader.tap(serialNumber);
    expect([await example.ended, example.said()]).toEqual([
      0,
      expect.stringContaining(`signed in: ${hanako.personId}, urn:kazasu:acr:certificate`),
    ]);
  }, 20_000);

  it('CIBA by polling, when it is a no', async () => {
    const client = await addDeviceClient(idp, 'refused', ['ciba']);
    const reader = await DeviceReader.add(idp, 'refused-reader', [client]);
    const example = run('ciba-poll', client, { environment: { PERSON: 'hanako', READER: 'refused-reader' } });
    await until('the request', () => example.said().includes('Hold a card') || undefined);
    await reader.tap('0fffff');
    expect([await example.ended, example.said()]).toEqual([
      1,
      expect.stringContaining('nobody is signed in: access_denied unknown-card'),
    ]);
  }, 20_000);

  it('CIBA by ping', async () => {
    const port = String(await freePort());
    const cibaNotificationEndpoint = `http://127.0.0.1:${port}/told`;
    const client = await addDeviceClient(idp, 'told', ['ciba'], { cibaNotificationEndpoint });
    const reader = await DeviceReader.add(idp, 'told-reader', [client]);
    const example = run('ciba-ping', client, { environment: { PORT: port } });
    await until('the request', () => example.said().includes('Hold a card') || undefined);
    await reader.tap(serialNumber);
    expect([await example.ended, example.said()]).toEqual([
      0,
      expect.stringContaining(`signed in: ${hanako.personId}`),
    ]);
  }, 20_000);

  it('the device flow', async () => {
    const client = await addDeviceClient(idp, 'printer', ['device']);
    const reader = await DeviceReader.add(idp, 'printer-reader', [client]);
    const example = run('device-flow', client);
    await until('the code', () => example.said().includes('and enter') || undefined);
    expect(example.said()).toContain('Hold a card over the reader "printer-reader"');
    await reader.tap(serialNumber);
    expect([await example.ended, example.said()]).toEqual([
      0,
      expect.stringContaining(`signed in: ${hanako.personId}`),
    ]);
  }, 20_000);

  it('a door that hands in its own taps', async () => {
    const client = await addDeviceClient(idp, 'door', ['tap'], { accepts: ['serial'] });
    const { enrolmentCode } = await addReader(idp.context, {
      ...{ name: 'door-reader', kind: 'device', evidence: 'serial', actor: actor('os', 0) },
      clients: [client.clientId],
    });
    const enrolled = run('tap-grant', client, { words: ['enrol', enrolmentCode] });
    expect([await enrolled.ended, enrolled.said()]).toEqual([
      0,
      expect.stringContaining('enrolled as reader'),
    ]);
    const opened = run('tap-grant', client, { words: ['tap', 'jpki', serialNumber] });
    expect([await opened.ended, opened.said()]).toEqual([
      0,
      expect.stringContaining(`open for ${hanako.personId}, urn:kazasu:acr:serial`),
    ]);
    const shut = run('tap-grant', client, { words: ['tap', 'jpki', '0fffff'] });
    expect([await shut.ended, shut.said()]).toEqual([
      1,
      expect.stringContaining('stays shut: invalid_grant unknown-card'),
    ]);
  }, 20_000);
});
