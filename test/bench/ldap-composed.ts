import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSystem } from '../../idp/compose.ts';
import { serveDirectory } from '../../idp/compose-ldap.ts';
import { readConfig } from '../../idp/config.ts';
import { type CardId, type CardState, parseCardNumber } from '../../idp/domain/card.ts';
import type { DevicePreset } from '../../idp/domain/device-profile.ts';
import type { OrganizationId, PersonId } from '../../idp/domain/person.ts';
import { actor } from '../../idp/domain/registration.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { DeviceGuesses } from '../../idp/flows/device-guesses.ts';
import { cardGuessSettings } from '../../idp/flows/guess-guard.ts';
import { addLdapClient } from '../../idp/flows/manage-clients.ts';
import { publishCards } from '../../idp/flows/publish-cards.ts';
import { selfSignedTlsFiles } from '../../idp/storage/tls-files.ts';
import { multiplyCard } from '../support/many-cards.ts';
import { type BenchDirectory, benchBaseDn, benchDisplayName } from './ldap-directory.ts';

const dayMs = 86_400_000;

export interface BenchChanges {
  /** Of every card. */
  readonly cardState?: CardState;
  readonly guesses?: 'uncounted';
}

/** The whole product behind the façade: record, card index, decision and audit trail, as `start` composes them. */
export async function startBenchDirectory(
  people: number,
  changes: BenchChanges = {},
): Promise<BenchDirectory> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kazasu-bench-'));
  process.on('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
  await registerAll(dataDir, people, changes.cardState ?? 'active');
  const system = await open(dataDir);
  const { context } = system;
  const cards = await addDevice(context, 'printer', 'card-search');
  const names = await addDevice(context, 'web', 'generic');
  const door = await addDevice(context, 'door', 'card-bind');
  const tlsFiles = await selfSignedTlsFiles(dataDir, 'localhost', context.clock.now());
  const guesses = changes.guesses === 'uncounted' ? { deviceGuesses: uncounted(context) } : {};
  const parts = { ...system, context: { ...context, ...guesses } };
  const server = await serveDirectory(parts, { host: '127.0.0.1', tlsFiles, log: console.error });
  return {
    ldapPort: server.ldapPort!,
    ldapsPort: server.ldapsPort!,
    baseDn: benchBaseDn,
    people,
    cards,
    names,
    binds: { dn: `cn={},cn=door,ou=cards,${benchBaseDn}`, secret: door.secret, by: 'card' },
  };
}

function open(dataDir: string) {
  const { KAZASU_LDAP_THREADS: threads } = process.env;
  const settings = {
    ...{ KAZASU_DATA_DIR: dataDir, KAZASU_LDAP_BASE_DN: benchBaseDn },
    ...{ KAZASU_LDAP_PORT: '0', KAZASU_LDAPS_PORT: '0' },
    ...(threads === undefined ? {} : { KAZASU_LDAP_THREADS: threads }),
  };
  return openSystem(readConfig(settings, '/dev/null'), { log: () => undefined });
}

async function addDevice(context: FlowContext, name: string, preset: DevicePreset) {
  const { secret } = await addLdapClient(context, {
    ...{ name, preset, acceptedAcr: [], requiredGroups: [], addresses: ['127.0.0.0/8'] },
    ...{ allowPlaintext: true, ownReader: true, choices: {}, actor: actor('os', 0) },
  });
  return { dn: `cn=${name},ou=devices,${benchBaseDn}`, secret };
}

/** Nobody is slowed: what the answers themselves take is measured. */
function uncounted({ clock }: FlowContext): DeviceGuesses {
  const never = Number.POSITIVE_INFINITY;
  return new DeviceGuesses(clock, { ...cardGuessSettings, freeMisses: never, stopAtMisses: never });
}

/** One is registered and made many of. */
async function registerAll(dataDir: string, people: number, state: CardState): Promise<void> {
  const system = await open(dataDir);
  await register(system.context, state);
  await system.close();
  multiplyCard(dataDir, system.keys, people);
}

async function register(context: FlowContext, state: CardState): Promise<void> {
  const now = context.clock.now();
  const organizationId = 'org' as OrganizationId;
  const personId = 'the-first' as PersonId;
  const number = parseCardNumber('jpki', '0fffffff');
  const cardKey = context.numbers.keyOf(number);
  await context.record.change(async ({ organizations, people, cards }) => {
    await organizations.add({ organizationId, name: 'みどり市', verifierBasis: 'for the bench' });
    await people.put({
      ...{ personId, organizationId, uid: 'the-first', state: 'active', roles: [], groups: [] },
      ...{ displayName: benchDisplayName, organization: 'みどり市' },
    });
    await cards.add({
      ...{ cardId: 'the-first' as CardId, cardKey, kind: 'jpki', personId, state },
      sealedNumber: context.numbers.seal(Buffer.from(number.value, 'hex'), cardKey),
      ...{ notBefore: now - dayMs, notAfter: now + 2 * dayMs, provedBySignatureAt: now, ocspGoodAt: now },
    });
  });
  await publishCards(context);
}
