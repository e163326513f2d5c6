import { restorePerson, suspendPerson } from '../../flows/change-person.ts';
import { fetchCrls } from '../../flows/fetch-crls.ts';
import { demoOperator } from '../installation.ts';
import { samplePeople } from '../people.ts';
import { type ActFunction, done, nameOf, refused } from './act-parts.ts';

export const suspend: ActFunction = async (parts) => {
  const { world, person } = parts;
  const startedAt = performance.now();
  await suspendPerson(world.context, { person: person.uid, actor: demoOperator });
  world.journal.note('provider', 'person-suspended', {}, performance.now() - startedAt);
  return done({ name: nameOf(parts) });
};

export const restore: ActFunction = async (parts) => {
  const { world, person } = parts;
  const startedAt = performance.now();
  await restorePerson(world.context, { person: person.uid, actor: demoOperator });
  world.journal.note('provider', 'person-restored', {}, performance.now() - startedAt);
  return done({ name: nameOf(parts) });
};

/** The issuer revokes the card; every municipality's list of the day is published, fetched and applied. */
export const publishList: ActFunction = async ({ world, issued }) => {
  const { authority, journal, context } = world;
  authority.revoke(issued);
  for (const { residence } of samplePeople) {
    const startedAt = performance.now();
    const { crlNumber, entryCount, octets } = authority.publishList(residence);
    if (residence.municipality !== issued.residence.municipality) continue;
    const facts = { crlNumber, entries: entryCount, kilobytes: Math.round(octets / 1_000) };
    journal.note('authority', 'list-published', facts, performance.now() - startedAt);
  }
  const startedAt = performance.now();
  const { lists } = await fetchCrls(context, { trigger: 'operator', actor: demoOperator });
  let revoked = 0;
  for (const list of lists) {
    if (list.outcome === 'refused' || list.outcome === 'unavailable') {
      return listRefused(journal, list.reason ?? list.outcome);
    }
    revoked += list.revoked ?? 0;
  }
  journal.note('provider', 'list-applied', { lists: lists.length, revoked }, performance.now() - startedAt);
  return revoked === 1 ? done({ revoked }) : refused('nothing-revoked', { revoked });
};

function listRefused(journal: Parameters<ActFunction>[0]['world']['journal'], reason: string) {
  journal.note('provider', 'list-refused', { reason });
  return refused(reason);
}
