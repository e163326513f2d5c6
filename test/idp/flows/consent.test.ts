import { expect, it } from 'vitest';
import { showConsent } from '../../../idp/commands/card-consent.ts';
import { consentText, currentConsent } from '../../../idp/domain/consent.ts';
import { invitePerson } from '../../../idp/flows/invite-person.ts';
import { eachTestInAWorldOfItsOwn, peopleAndADesk } from './world/a-card-in-use.ts';
import { begin, issueCard } from './world/cards.ts';
import { admin, registerCard, type TestReader } from './world/people-and-places.ts';
import { codeOf, type World } from './world/world.ts';

let world: World;
let desk: TestReader;

eachTestInAWorldOfItsOwn(async (made) => {
  ({ world, desk } = await peopleAndADesk(made));
});

it('the wording is kept with the first registration that uses it, and shown by registration and by card', async () => {
  const { code } = await invitePerson(world.context, { person: 'sato', inviter: admin });
  const { registrationId, consentSha256 } = await begin(world, desk, code);
  const expected = { ...currentConsent, sha256: consentSha256, registration: registrationId };
  expect(await showConsent(world.context, registrationId)).toMatchObject(expected);
  expect(consentSha256).toBe(world.context.secrets.hash(consentText(currentConsent)));
  const cardId = await registerCard(world, 'sato', issueCard(world), desk);
  expect(await showConsent(world.context, cardId)).toMatchObject(currentConsent);
});

it('is kept once, with the moment of its first use', async () => {
  const first = world.clock.now();
  await registerCard(world, 'sato', issueCard(world), desk);
  world.clock.advance(3_600);
  await registerCard(world, 'sato', issueCard(world), desk);
  const sha256 = world.context.secrets.hash(consentText(currentConsent));
  expect(await world.context.record.consents.find(sha256)).toMatchObject({ firstUsedAt: first });
});

it('of a card that nobody knows is none', async () => {
  expect(await codeOf(showConsent(world.context, 'nothing'))).toBe('ERR_CARD_UNKNOWN');
});
