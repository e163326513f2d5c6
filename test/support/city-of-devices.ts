import { join } from 'node:path';
import { openSystem } from '../../idp/compose.ts';
import { readConfig } from '../../idp/config.ts';
import { type CardId, type CardKind, parseCardNumber } from '../../idp/domain/card.ts';
import type { OrganizationId, Person, PersonId } from '../../idp/domain/person.ts';
import { publishCards } from '../../idp/flows/publish-cards.ts';
import type { Installation } from './installation.ts';
import { startSlapd } from './slapd.ts';

const dayMs = 86_400_000;
const organizationId = 'midori' as OrganizationId;

/** Who stands in front of the devices, with the numbers of their cards as parsers read them. */
export const tanaka = {
  uid: 'tanaka',
  password: 'ひみつ secret-1',
  cards: { felica: '0123456789abcdef', jpki: '0a1b2c3d' },
} as const;

/** The directory above, which knows people's passwords and nothing of cards. */
export function startDirectoryAbove() {
  return startSlapd({
    suffix: 'dc=above',
    ldif: `dn: dc=above
objectClass: dcObject
objectClass: organization
o: above
dc: above

dn: uid=${tanaka.uid},dc=above
objectClass: inetOrgPerson
uid: ${tanaka.uid}
cn: tanaka
sn: tanaka
userPassword:: ${Buffer.from(tanaka.password).toString('base64')}
`,
  });
}

/** Writes people and cards into an installation that does not run: how cards are registered is shown elsewhere. */
export async function peopleWithCards({ dataDir }: Pick<Installation, 'dataDir'>): Promise<void> {
  const { context, close } = await openSystem(readConfig({ KAZASU_DATA_DIR: dataDir }, '/dev/null'), {
    log: () => undefined,
  });
  const { numbers, clock } = context;
  const now = clock.now();
  await context.record.change(async ({ organizations, people, cards }) => {
    await organizations.add({ organizationId, name: 'みどり市', verifierBasis: 'for a test' });
    for (const uid of [tanaka.uid, 'suzuki']) await people.put(person(uid));
    for (const [kind, text] of Object.entries(tanaka.cards) as [CardKind, string][]) {
      const cardKey = numbers.keyOf(parseCardNumber(kind, text));
      await cards.add({
        ...{ cardId: `card-${kind}` as CardId, cardKey, kind, state: 'active' },
        personId: `person-${tanaka.uid}` as PersonId,
        sealedNumber: numbers.seal(Buffer.from(text, 'hex'), cardKey),
        ...{ notBefore: now - dayMs, notAfter: now + dayMs, provedBySignatureAt: now, ocspGoodAt: now },
      });
    }
  });
  await publishCards(context);
  await close();
}

function person(uid: string): Person {
  return {
    ...{ personId: `person-${uid}` as PersonId, organizationId, uid, state: 'active', roles: [] },
    ...{
      displayName: `${uid} 花子`,
      mail: `${uid}@example.jp`,
      department: '総務課',
      employeeNumber: '1001',
    },
    ...{ organization: 'みどり市', groups: ['printing'] },
  };
}

/** Where the façade of an installation keeps the certificate that it made for itself. */
export const certificateOf = ({ dataDir }: Pick<Installation, 'dataDir'>) => join(dataDir, 'tls/cert.pem');
