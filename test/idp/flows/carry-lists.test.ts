import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCarriedLists } from '../../../connectors/jpki/carried-lists.ts';
import type {
  CertificationAuthority,
  CrlOrder,
} from '../../../idp/demo/authority/certification-authority.ts';
import { Fault } from '../../../idp/domain/fault.ts';
import { carryLists, type Outside } from '../../../idp/flows/carry-lists.ts';
import { readCrlClaims } from '../../../idp/jpki/crl/crl-claims.ts';
import { createCrlReader } from '../../../idp/jpki/crl/crl-reader.ts';
import type { CrlSource } from '../../../idp/ports/jpki.ts';
import { HandSetClock } from '../../support/clock.ts';
import { createTestPki, type TestPki } from '../../support/test-pki.ts';
import { codeOf } from './world/world.ts';

const hourMs = 3_600_000;
const tail = 'OU=CRL Distribution Points,OU=JPKI for user authentication,O=JPKI-TEST,C=JP';
const point = `CN=Demo-shi CRLDP,OU=Demo-ken,${tail}`;

let pki: TestPki;
let clock: HandSetClock;
let directory: string;
let served: readonly Uint8Array[];

beforeAll(async () => {
  pki = await createTestPki();
});

beforeEach(() => {
  clock = new HandSetClock(pki.now);
  directory = mkdtempSync(join(tmpdir(), 'kazasu-carry-'));
  served = [];
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const list = (
  crlNumber: number,
  authority: CertificationAuthority = pki.newer,
  changes: Partial<CrlOrder> = {},
) =>
  authority.issueCrl({
    ...{ crlNumber, thisUpdate: clock.now(), nextUpdate: clock.now() + 48 * hourMs, entries: [] },
    ...changes,
  });

const source: CrlSource = {
  name: 'ldap://directory.example',
  async fetch() {
    if (served.length === 0) throw new Fault('ERR_CRL_SOURCE_UNAVAILABLE', 'nothing there');
    return served;
  },
};

async function carry(...lists: readonly Uint8Array[]): Promise<readonly string[]> {
  served = lists;
  const carried = await carryLists(outside(), {
    directory,
    distributionPoints: [point, point],
    say: () => {},
  });
  return carried.map(({ outcome, crlNumber, reason }) =>
    [outcome, crlNumber, reason].filter(Boolean).join(' '),
  );
}

function outside(changes: Partial<Outside> = {}): Outside {
  return {
    clock,
    crlSources: [source],
    crlReader: createCrlReader({ anchors: pki.anchors, allowTestAuthorities: true }),
    claimsOf: readCrlClaims,
    carriedLists: openCarriedLists,
    wanted: async () => [],
    ...changes,
  };
}

const files = () => readdirSync(directory).sort();
const plain = `${point}.crl`;
const keyed = (authority: CertificationAuthority) => `${point}.${authority.issuerKeyId}.crl`;

describe('a list that is fetched into a directory', () => {
  it('lies there under its distribution point, whole and alone', async () => {
    const only = list(7);
    expect(await carry(only)).toEqual(['written 7']);
    expect(files()).toEqual([plain]);
    expect(readFileSync(join(directory, plain)).equals(only)).toBe(true);
  });

  it('takes the place of an older one, and never of a newer one', async () => {
    await carry(list(7));
    expect(await carry(list(9))).toEqual(['written 9']);
    expect(await carry(list(8))).toEqual(['older 8 list 9 lies there already']);
    expect(await carry(list(9))).toEqual(['unchanged 9']);
  });

  it('of a number that another list had is refused', async () => {
    await carry(list(7));
    const entries = [{ serialNumber: '01', revocationDate: clock.now() }];
    expect(await carry(list(7, pki.newer, { entries }))).toEqual(['refused 7 crl-number-reused']);
  });

  it('takes the place of what is no list, or was signed by nobody, whatever number that claims', async () => {
    writeFileSync(join(directory, plain), 'hello');
    expect(await carry(list(7))).toEqual(['written 7']);
    const forged = Buffer.from(list(900));
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    writeFileSync(join(directory, plain), forged);
    expect(await carry(list(8))).toEqual(['written 8']);
  });

  it('is compared with one that is over by now', async () => {
    await carry(list(7));
    clock.advance(72 * 3_600);
    expect(await carry(list(6))).toEqual(['older 6 list 7 lies there already']);
    expect(await carry(list(8))).toEqual(['written 8']);
  });

  it.each([
    ['of another distribution point', 'refused 7 distribution-point-mismatch', { municipality: 'Kobe-shi' }],
    ['that is over', 'refused 7 expired', { nextUpdate: Date.UTC(2026, 0, 1) }],
  ])('%s is not written', async (_what, said, changes) => {
    expect(await carry(list(7, pki.newer, changes))).toEqual([said]);
    expect(files()).toEqual([]);
  });

  it('of each generation has a file of its own, and the one that was alone moves there', async () => {
    await carry(list(7, pki.older));
    expect(await carry(list(8, pki.older), list(3))).toEqual(['written 8', 'written 3']);
    expect(files()).toEqual([keyed(pki.older), keyed(pki.newer)].sort());
  });

  it('of a generation that is served no longer stays until it is over, and goes then', async () => {
    await carry(list(8, pki.older), list(3));
    await carry(list(4));
    expect(files()).toEqual([keyed(pki.older), keyed(pki.newer)].sort());
    clock.advance(72 * 3_600);
    await carry(list(5));
    expect(files()).toEqual([keyed(pki.newer)]);
  });

  it('is unavailable with what the source said, and what lies there stays', async () => {
    await carry(list(7));
    expect(await carry()).toEqual(['unavailable ldap://directory.example: nothing there']);
    expect(files()).toEqual([plain]);
  });

  it('is written unchecked where no CA certificate is; an older one is still told apart', async () => {
    const { crlReader: _, ...unchecked } = outside();
    const put = async (octets: Uint8Array) => {
      served = [octets];
      const request = { directory, distributionPoints: [point], say: () => {} };
      return (await carryLists(unchecked, request)).map(({ outcome }) => outcome);
    };
    expect(await put(list(7))).toEqual(['written']);
    expect(await put(list(6))).toEqual(['older']);
    expect(await put(Buffer.from('hello'))).toEqual(['refused']);
  });

  it('that is over is not written either where no CA certificate is', async () => {
    const { crlReader: _, ...unchecked } = outside();
    served = [list(7, pki.newer, { nextUpdate: clock.now() - 1_000 })];
    const request = { directory, distributionPoints: [point], say: () => {} };
    expect(await carryLists(unchecked, request)).toMatchObject([{ outcome: 'refused', reason: 'expired' }]);
    expect(files()).toEqual([]);
  });

  it('is kept out by one that somebody made up until the next comes, and no longer, where nothing is checked', async () => {
    const { crlReader: _, ...unchecked } = outside();
    const put = async (octets: Uint8Array) => {
      served = [octets];
      const request = { directory, distributionPoints: [point], say: () => {} };
      return (await carryLists(unchecked, request)).map(({ outcome }) => outcome);
    };
    expect(await put(list(1e15))).toEqual(['written']);
    expect(await put(list(7))).toEqual(['older']);
    clock.advance(3_600);
    expect(await put(list(8))).toEqual(['written']);
    expect(await put(list(1e15, pki.newer, { thisUpdate: clock.now() + 365 * 24 * hourMs }))).toEqual([
      'written',
    ]);
    expect(await put(list(9))).toEqual(['written']);
  });

  it('is written to no file that somebody else linked into the directory, and waits for no pipe there', async () => {
    const ours = join(directory, 'ours.txt');
    writeFileSync(ours, 'ours');
    symlinkSync(ours, join(directory, `${plain}.new`));
    execFileSync('mkfifo', [join(directory, plain)]);
    const only = list(7);
    expect(await carry(only)).toEqual(['written 7']);
    expect(readFileSync(ours, 'utf8')).toBe('ours');
    expect(readFileSync(join(directory, plain)).equals(only)).toBe(true);
  });

  it('does not go where nothing can be written', async () => {
    const file = join(directory, 'not-a-directory');
    writeFileSync(file, '');
    served = [list(7)];
    const into = carryLists(outside(), { directory: file, distributionPoints: [point], say: () => {} });
    expect(await codeOf(into)).toBe('ERR_CRL_DIRECTORY');
  });
});
