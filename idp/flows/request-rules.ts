import type { CardKey } from '../domain/card.ts';
import type { WriteBack } from '../domain/device-profile.ts';
import { startOfDay } from '../domain/hours-of-use.ts';
import type { Person } from '../domain/person.ts';
import type { RegistrationId, RequestRefusal } from '../domain/registration.ts';
import type { LdapClient } from '../ports/clients.ts';
import type { ReadTables } from '../ports/system-record.ts';

/** Whose a card is, or waits to be, as far as somebody who asks for it is concerned. */
export type Standing =
  | { readonly outcome: 'registered' }
  | { readonly outcome: 'waiting'; readonly registrationId: RegistrationId }
  | { readonly outcome: 'new'; readonly isOfAnother: boolean };

/** What is known of a card that somebody asks for. Who asks twice is answered as before: printers send what they sent. */
export async function standingOf(
  tables: Pick<ReadTables, 'cards' | 'registrations'>,
  cardKey: CardKey,
  { personId }: Person,
): Promise<Standing> {
  const cards = (await tables.cards.findByKey(cardKey)).filter(({ state }) => state !== 'retired');
  if (cards.some((card) => card.personId === personId)) return { outcome: 'registered' };
  const waiting = await tables.registrations.findPendingByCardKey(cardKey);
  const isOfAnother = cards.length > 0 || waiting.some((one) => one.personId !== personId);
  const own = waiting.find((one) => one.personId === personId);
  if (own === undefined) return { outcome: 'new', isOfAnother };
  return { outcome: 'waiting', registrationId: own.registrationId };
}

export async function quotaProblem(
  { registrations }: Pick<ReadTables, 'registrations'>,
  { person, device, writeBack }: { person: Person; device: LdapClient; writeBack: WriteBack },
  now: number,
): Promise<RequestRefusal | undefined> {
  const today = startOfDay(now);
  const { personId } = person;
  const ofPerson = await registrations.countRequests({ personId }, today);
  if (ofPerson >= writeBack.perPersonPerDay) return 'quota-of-person';
  const ofDevice = await registrations.countRequests({ clientId: device.policy.clientId }, today);
  return ofDevice >= writeBack.perDevicePerDay ? 'quota-of-device' : undefined;
}
