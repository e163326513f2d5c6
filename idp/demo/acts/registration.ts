import { InvalidInput } from '../../domain/fault.ts';
import { actor } from '../../domain/registration.ts';
import { approveRegistration } from '../../flows/decide-registration.ts';
import { invitePerson } from '../../flows/invite-person.ts';
import { demoOperator } from '../installation.ts';
import { approver } from '../people.ts';
import { demoPin } from '../test-authority.ts';
import { type ActFunction, done, lastDenial, refused } from './act-parts.ts';

/** Invitation, consent, PIN, signature, OCSP: then an approver's word is awaited. */
export const register: ActFunction = async ({ world, person, issued }) => {
  const { context, journal, frontDesk } = world;
  const { code } = await invitePerson(context, { person: person.uid, inviter: demoOperator });
  journal.note('provider', 'invited');
  journal.note('bridge', 'consent-given');
  try {
    await frontDesk.register(issued.card, code, demoPin);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return refused(error.code === 'ERR_REGISTRATION_REFUSED' ? lastDenial(world) : error.code);
  }
  journal.note('provider', 'registration-waits');
  return done();
};

/** The approver looks at what waits and says yes; everything is checked again. */
export const approve: ActFunction = async ({ world, person }) => {
  const { context, journal } = world;
  const holder = await context.record.people.find(person.uid);
  const waiting = (await context.record.registrations.list('pending')).find(
    ({ personId }) => personId === holder?.personId,
  );
  const approving = await context.record.people.find(approver.uid);
  if (waiting === undefined || approving === undefined) return refused('registration-not-pending');
  const startedAt = performance.now();
  const outcome = await approveRegistration(context, {
    registration: waiting.registrationId,
    approver: actor('person', approving.personId),
  });
  if (outcome.outcome === 'refused') return refused(outcome.reason);
  journal.note('provider', 'approved', {}, performance.now() - startedAt);
  return done();
};

/** The counter of the city hall hands out another card; the old one stays what it is. */
export const newCard: ActFunction = async ({ world, person }) => {
  const startedAt = performance.now();
  world.cards.set(person.uid, await world.authority.issueCard(person));
  world.journal.note('authority', 'card-issued', {}, performance.now() - startedAt);
  return done();
};
