import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { systemClock } from './clock.ts';
import { runInServer } from './commands/control-client.ts';
import type { CrlStatus } from './commands/crl-status.ts';
import { findingOnLists, findingOnSchedule, type ListSurroundings } from './commands/list-findings.ts';
import { isoMonth } from './commands/table.ts';
import type { Config } from './config.ts';
import { anchorDirectory } from './data-directory.ts';
import { lookAtDirectory } from './doctor-directory.ts';
import { statusOfRecord } from './doctor-record.ts';
import { loadAnchors } from './jpki/anchors.ts';
import { loadCardProfiles } from './jpki/card-profile-file.ts';

/** One thing that was looked at. `next` says what to do where it is not as it should be. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'note' | 'problem';
  readonly found: string;
  readonly next?: string;
}

/** Looks at everything that an installation needs, changes nothing, and never stops at the first problem. */
export async function examine(config: Config): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [what, look] of isClosedToUs(config) ? looksElsewhere(config) : looksAt(config)) {
    try {
      findings.push(await look());
    } catch (error) {
      findings.push({
        what,
        state: 'problem',
        found: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return findings;
}

type Look = readonly [what: string, look: () => Finding | Promise<Finding>];

/** Nothing else about an installation is known to somebody who may not look at it. */
function looksElsewhere(config: Config): readonly Look[] {
  return [
    ['runtime', lookAtRuntime],
    ['data directory', () => closedDataDir(config)],
    ['card profiles', () => lookAtProfiles(config)],
    ['card reader', lookAtReader],
  ];
}

function looksAt(config: Config): readonly Look[] {
  return [
    ['runtime', lookAtRuntime],
    ['data directory', () => lookAtDataDir(config)],
    ['keys', () => lookAtKeys(config)],
    ['server', () => lookAtServer(config)],
    ['http port', () => lookAtPort('http port', config.port, 'KAZASU_PORT', config)],
    ['ldap port', () => lookAtPort('ldap port', config.ldapPort, 'KAZASU_LDAP_PORT', config)],
    ['ldaps port', () => lookAtPort('ldaps port', config.ldapsPort, 'KAZASU_LDAPS_PORT', config)],
    ['anchors', () => lookAtAnchors(config)],
    ['card profiles', () => lookAtProfiles(config)],
    ['revocation lists', async () => findingOnLists(await statusOfLists(config), surroundings(config))],
    ['list schedule', async () => findingOnSchedule(await statusInServer(config), surroundings(config))],
    ['directory for passwords', () => lookAtDirectory(config)],
    ['card reader', lookAtReader],
  ];
}

/** A line a finding, for people. */
export function findingsText(findings: readonly Finding[]): string {
  const sign = { ok: 'ok  ', note: 'note', problem: 'BAD ' };
  return findings
    .map(
      ({ what, state, found, next }) =>
        `${sign[state]}  ${what}: ${found}${next === undefined ? '' : `\n      → ${next}`}`,
    )
    .join('\n');
}

function lookAtRuntime(): Finding {
  const right = process.versions.node.startsWith('24.');
  const found = `Node ${process.versions.node}`;
  if (right) return { what: 'runtime', state: 'ok', found };
  return {
    what: 'runtime',
    state: 'problem',
    found,
    next: 'Start it as `npx kazasu`, which brings Node 24.',
  };
}

function isClosedToUs({ dataDir }: Config): boolean {
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

function closedDataDir({ dataDir }: Config): Finding {
  const found = `you may not look into ${dataDir}`;
  return { what: 'data directory', state: 'problem', found, next: 'Run this as its owner or as root.' };
}

function lookAtDataDir({ dataDir }: Config): Finding {
  const what = 'data directory';
  const found = statSync(dataDir, { throwIfNoEntry: false });
  if (found === undefined)
    return { what, state: 'note', found: `${dataDir} is not there yet`, next: '`kazasu start` makes it.' };
  if ((found.mode & 0o077) === 0) return { what, state: 'ok', found: dataDir };
  return { what, state: 'problem', found: `${dataDir} can be read by others`, next: `chmod 700 ${dataDir}` };
}

function lookAtKeys({ dataDir }: Config): Finding {
  const what = 'keys';
  const directory = join(dataDir, 'keys');
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) {
    return { what, state: 'note', found: 'none yet', next: '`kazasu start` makes them.' };
  }
  const open = readdirSync(directory).filter((name) => (statSync(join(directory, name)).mode & 0o077) !== 0);
  if (open.length === 0)
    return {
      what,
      state: 'ok',
      found: `${readdirSync(directory).length} files, readable by their owner only`,
    };
  return {
    what,
    state: 'problem',
    found: `others may read ${open.join(', ')}`,
    next: `chmod 600 ${directory}/*`,
  };
}

async function lookAtServer(config: Config): Promise<Finding> {
  const what = 'server';
  if (await serverRuns(config)) return { what, state: 'ok', found: 'running' };
  return {
    what,
    state: 'note',
    found: 'not running on this data directory',
    next: '`kazasu start` starts it.',
  };
}

async function serverRuns({ dataDir }: Config): Promise<boolean> {
  return (await runInServer(dataDir, 'org list', {})) !== undefined;
}

async function lookAtPort(what: string, port: number, setting: string, config: Config): Promise<Finding> {
  const taken = await new Promise<boolean>((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 500 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
  if (!taken || (await serverRuns(config))) {
    return { what, state: 'ok', found: `${port} ${taken ? 'answers' : 'is free'}` };
  }
  const next = `Stop it, or choose another port with ${setting}.`;
  return { what, state: 'problem', found: `another program uses ${port}`, next };
}

const anchorNoticeMs = 90 * 86_400_000;

function lookAtAnchors(config: Config): Finding {
  const what = 'anchors';
  const directory = anchorDirectory(config);
  const anchors = pinnedAnchors(config);
  if (anchors.length === 0) {
    const next =
      'Take the JPKI CA certificates from https://www.jpki.go.jp/ca/ and add each: kazasu anchors add FILE';
    return { what, state: 'note', found: 'none: My Number Cards are refused', next };
  }
  const now = systemClock.now();
  const found = anchors
    .map(
      ({ fingerprint, notAfter, isTest }) =>
        `${fingerprint.slice(0, 16)}… until ${isoMonth(notAfter)}${isTest ? ' (TEST)' : ''}`,
    )
    .join(', ');
  if ((statSync(directory).mode & 0o022) !== 0) {
    const next = `Whoever adds a CA certificate makes cards that are believed: chmod go-w ${directory}`;
    return { what, state: 'problem', found: `${directory} can be written by others`, next };
  }
  if (anchors.every(({ notAfter }) => notAfter < now))
    return { what, state: 'problem', found, next: 'All have expired: add the present generations.' };
  if (anchors.some(({ notAfter }) => notAfter < now))
    return { what, state: 'note', found, next: 'One has expired: `kazasu anchors remove` it.' };
  if (anchors.some(({ notAfter }) => notAfter < now + anchorNoticeMs))
    return { what, state: 'note', found, next: 'One ends within 90 days: is the next generation added?' };
  return { what, state: 'ok', found, next: 'Compare the fingerprints with J-LIS.' };
}

function pinnedAnchors(config: Config): ReturnType<typeof loadAnchors> {
  const directory = anchorDirectory(config);
  return config.jpkiAnchors !== '' || existsSync(directory) ? loadAnchors(directory) : [];
}

function lookAtProfiles({ jpkiProfiles }: Config): Finding {
  const what = 'card profiles';
  if (jpkiProfiles === '') return { what, state: 'ok', found: 'built in' };
  try {
    return { what, state: 'ok', found: `${loadCardProfiles(jpkiProfiles).length} of ${jpkiProfiles}` };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const next = `Mend ${jpkiProfiles} (KAZASU_JPKI_PROFILES): until then nothing starts.`;
    return { what, state: 'problem', found, next };
  }
}

/** As every command reads them: in the server that has the record open, or here when none has. */
async function statusOfLists(config: Config): Promise<CrlStatus | undefined> {
  return (await statusInServer(config)) ?? statusOfRecord(config);
}

async function statusInServer({ dataDir }: Config): Promise<CrlStatus | undefined> {
  const answered = await runInServer(dataDir, 'crl status', {});
  return answered && (answered.output as CrlStatus);
}

function surroundings(config: Config): ListSurroundings {
  const issuerKeyIds = pinnedAnchors(config).map(({ issuerKeyId }) => issuerKeyId);
  return { sources: config.crlSources.length, issuerKeyIds };
}

async function lookAtReader(): Promise<Finding> {
  const what = 'card reader';
  try {
    const { Context } = await import('smartcard');
    const readers = new Context().listReaders();
    if (readers.length > 0) return { what, state: 'ok', found: readers.map(({ name }) => name).join(', ') };
    return { what, state: 'note', found: 'PC/SC runs, no reader is plugged in' };
  } catch {
    const next =
      'On a machine with a reader (Debian): apt-get install pcscd libccid libpcsclite-dev, then npm ci again.';
    return { what, state: 'note', found: 'PC/SC does not answer here', next };
  }
}
