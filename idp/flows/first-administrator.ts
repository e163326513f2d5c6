import { InvalidInput } from '../domain/fault.ts';
import type { Instant } from '../domain/instant.ts';
import type { Person, PersonId } from '../domain/person.ts';
import { invitationHours, setupLink } from '../domain/registration.ts';
import { after, type FlowContext } from './context.ts';
import { organizationOf } from './import-people.ts';
import { changeAndPublish } from './publish-cards.ts';

/** How long the link of the first start is good. */
export const setupSeconds = 900;

const setting = 'setup-token';
/** What stands there once somebody used the link. */
const taken = '';
type Context = Pick<FlowContext, 'record' | 'cardIndex' | 'clock' | 'secrets'>;

/** Opens the one-time setup while no administrator exists; `undefined` once there is one. A new token ends the one before. */
export async function openSetup({
  record,
  clock,
  secrets,
}: Context): Promise<{ readonly token: string; readonly expiresAt: Instant } | undefined> {
  if (await hasAdministrator(record)) return undefined;
  const token = secrets.random(256);
  const expiresAt = after(clock.now(), setupSeconds);
  await record.change((tables) => tables.settings.set(setting, `${secrets.hash(token)} ${expiresAt}`));
  return { token, expiresAt };
}

export type SetupOutcome =
  | {
      readonly outcome: 'made';
      readonly person: Person;
      readonly inviteCode: string;
      readonly inviteExpiresAt: Instant;
    }
  | {
      readonly outcome: 'refused';
      readonly reason: 'setup-token-wrong' | 'setup-token-expired' | 'setup-done';
    };

/** Whether a setup link would still be taken. */
export async function checkSetup(
  { record, clock, secrets }: Context,
  token: string,
): Promise<'open' | (SetupOutcome & { outcome: 'refused' })['reason']> {
  const kept = await record.settings.get(setting);
  if (kept === taken) return 'setup-done';
  const [hash = '', expiresAt = '0'] = (kept ?? '').split(' ');
  // First, because anybody may ask, and the next question reads everybody.
  if (!secrets.equal(hash, secrets.hash(token))) return 'setup-token-wrong';
  if (await hasAdministrator(record)) return 'setup-done';
  return clock.now() < Number(expiresAt) ? 'open' : 'setup-token-expired';
}

/**
 * Makes the first administrator and invites that person to register a card.
 * @throws {InvalidInput} `ERR_PERSON_UID`, `ERR_PERSON_NAME`, `ERR_ORGANIZATION_NAME`.
 */
export async function makeFirstAdministrator(
  context: Context,
  request: {
    readonly token: string;
    readonly organization: string;
    readonly uid: string;
    readonly displayName: string;
  },
): Promise<SetupOutcome> {
  const { organization, uid, displayName } = request;
  if (!/^[a-zA-Z0-9][\w.-]{0,63}$/.test(uid)) {
    throw new InvalidInput('ERR_PERSON_UID', 'A uid has 1 to 64 letters, digits, ".", "_" or "-".');
  }
  if (displayName.trim() === '' || displayName.length > 200) {
    throw new InvalidInput('ERR_PERSON_NAME', 'Give the name, up to 200 characters.');
  }
  if (organization.trim() === '' || organization.length > 200) {
    throw new InvalidInput('ERR_ORGANIZATION_NAME', 'Give the organisation’s name, up to 200 characters.');
  }
  const checked = await checkSetup(context, request.token);
  if (checked !== 'open') return { outcome: 'refused', reason: checked };
  return make(context, { organization: organization.trim(), uid, displayName: displayName.trim() });
}

function make(
  context: Context,
  { organization, uid, displayName }: { organization: string; uid: string; displayName: string },
): Promise<SetupOutcome> {
  const { clock, secrets } = context;
  const inviteCode = secrets.random(128);
  // The person may have cards already, from an import before anybody opened the link.
  return changeAndPublish<SetupOutcome>(context, async (tables) => {
    // Asked again inside: of two who hold the link, one becomes administrator.
    if (await hasAdministrator(tables)) return { outcome: 'refused', reason: 'setup-done' };
    const organizationId = await organizationOf(context, tables, organization, setupLink);
    const known = await tables.people.find(uid);
    const personId = known?.personId ?? (secrets.id() as PersonId);
    const person: Person = {
      ...(known ?? { groups: [] }),
      ...{
        personId,
        uid,
        displayName,
        organization,
        organizationId,
        state: 'active',
        roles: ['administrator'],
      },
    };
    await tables.people.put(person);
    await tables.people.setRoles(personId, person.roles);
    const inviteExpiresAt = after(clock.now(), invitationHours * 3_600);
    await tables.invitations.add({
      codeHash: secrets.hash(inviteCode),
      personId,
      inviter: setupLink,
      expiresAt: inviteExpiresAt,
    });
    await tables.settings.set(setting, taken);
    await tables.audit.append({
      at: clock.now(),
      type: 'setup.administrator-made',
      actor: setupLink,
      subject: personId,
    });
    return { outcome: 'made', person, inviteCode, inviteExpiresAt };
  });
}

async function hasAdministrator({ people }: Pick<FlowContext['record'], 'people'>): Promise<boolean> {
  return (await people.list()).some(({ roles }) => roles.includes('administrator'));
}
