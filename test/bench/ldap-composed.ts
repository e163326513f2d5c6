import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSystem } from '../../idp/compose.ts';
import { serveDirectory } from '../../idp/compose-ldap.ts';
import { readConfig } from '../../idp/config.ts';
import { type CardId, type CardState, parseCardNumber } from '../../idp/domain/card.ts';
import type { OrganizationId, PersonId } from '../../idp/domain/person.ts';
import { actor } from '../../idp/domain/registration.ts';
import type { FlowContext } from '../../idp/flows/context.ts';
import { DeviceGuesses } from '../../idp/flows/device-guesses.ts';
import { cardGuessSettings } from '../../idp/flows/guess-guard.ts';
import { addLdapClient } from '../../idp/flows/manage-clients.ts';
import { publishCards } from '../../idp/flows/publish-cards.ts';
import { selfSignedTlsFiles } from '../../idp/storage/tls-files.ts';
import { type BenchDirectory, benchBaseDn, benchCardNumber, benchUid } from './ldap-directory.ts';

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
  const config = readConfig(
    {
      ...{ KAZASU_DATA_DIR: dataDir, KAZASU_LDAP_BASE_DN: benchBaseDn },
      ...{ KAZASU_LDAP_PORT: '0', KAZASU_LDAPS_PORT: '0' },
      ...(process.env.KAZASU_LDAP_THREADS === undefined
        ? {}
        : { KAZASU_LDAP_THREADS: process.env.KAZASU_LDAP_THREADS }),
    },
    '/dev/null',
  );
  const system = await openSystem(config, { log: () => undefined });
  const { context } = system;
  const cardNumbers = Array.from({ length: people }, (_, index) => benchCardNumber(index));
  await register(context, cardNumbers, changes.cardState ?? 'active');
  const [printer, door] = [
    await addDevice(context, 'printer', 'card-search'),
    await addDevice(context, 'door', 'card-bind'),
  ];
  const tlsFiles = await selfSignedTlsFiles(dataDir, 'localhost', context.clock.now());
  const guesses = changes.guesses === 'uncounted' ? { deviceGuesses: uncounted(context) } : {};
  const parts = { ...system, context: { ...context, ...guesses } };
  const server = await serveDirectory(parts, { host: '127.0.0.1', tlsFiles, log: console.error });
  return {
    ldapPort: server.ldapPort!,
    baseDn: benchBaseDn,
    searchDn: `cn=printer,ou=devices,${benchBaseDn}`,
    searchSecret: printer.secret,
    cardNumbers,
    bindDns: cardNumbers.map((number) => `cn=${number},cn=door,ou=cards,${benchBaseDn}`),
    bindSecret: door.secret,
  };
}

function addDevice(context: FlowContext, name: string, profile: 'card-search' | 'card-bind') {
  return addLdapClient(context, {
    name,
    preset: profile,
    acceptedAcr: [],
    requiredGroups: [],
    addresses: ['127.0.0.0/8'],
    allowPlaintext: true,
    ownReader: true,
    choices: {},
    actor: actor('os', 0),
  });
}

/** Nobody is slowed: what the answers themselves take is measured. */
function uncounted({ clock }: FlowContext): DeviceGuesses {
  const never = Number.POSITIVE_INFINITY;
  return new DeviceGuesses(clock, { ...cardGuessSettings, freeMisses: never, stopAtMisses: never });
}

async function register(
  context: FlowContext,
  cardNumbers: readonly string[],
  state: CardState,
): Promise<void> {
  const organizationId = 'org' as OrganizationId;
  const now = context.clock.now();
  await context.record.change(async ({ organizations, people, cards }) => {
    await organizations.add({ organizationId, name: 'みどり市', verifierBasis: 'for the bench' });
    for (const [index, text] of cardNumbers.entries()) {
      const personId = `person-${index}` as PersonId;
      const uid = benchUid(index);
      await people.put({
        ...{ personId, organizationId, uid, state: 'active', roles: [], groups: [] },
        ...{ displayName: `Person ${index}`, mail: `${uid}@example.jp`, organization: 'みどり市' },
      });
      const cardKey = context.numbers.keyOf(parseCardNumber('jpki', text));
      await cards.add({
        ...{ cardId: `card-${index}` as CardId, cardKey, kind: 'jpki', personId, state },
        sealedNumber: context.numbers.seal(Buffer.from(text, 'hex'), cardKey),
        ...{ notBefore: now - dayMs, notAfter: now + dayMs, provedBySignatureAt: now, ocspGoodAt: now },
      });
    }
  });
  await publishCards(context);
}
