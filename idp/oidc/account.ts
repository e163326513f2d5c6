import type { Account, ClaimsParameterMember, FindAccount } from 'oidc-provider';
import type { Person } from '../domain/person.ts';
import { personProblem } from '../domain/person-problem.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import type { SystemRecord } from '../ports/system-record.ts';

/**
 * Which scope releases which claim; userinfo gives them, the ID token only those of `openid`.
 * @see OpenID Connect Core §5.1, §5.2 (language tags) and §5.4
 */
export const claimsOfScope = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: ['name', 'name#ja-Kana-JP', 'preferred_username'],
  email: ['email'],
  groups: ['groups'],
  organization: ['organization', 'department', 'title'],
  employee: ['employee_number'],
} as const satisfies { readonly [scope: string]: readonly string[] };

/**
 * Finds who may hold a session or a token: asked at every request of every client, so that a suspension, or the loss of
 * a group that the client demands, holds on the very next one. The id must be the internal one: a `uid` can be given to somebody else one day.
 */
export function accountFinder({ people }: Pick<SystemRecord, 'people'>, clients: KnownClients): FindAccount {
  return async ({ oidc }, sub, token) => {
    const person = await people.find(sub);
    const clientId = token?.clientId ?? oidc.client?.clientId;
    const policy = clientId === undefined ? everyPerson : clients.find(clientId)?.policy;
    if (person?.personId !== sub || policy === undefined) return undefined;
    return personProblem(person, policy) === undefined ? accountOf(person) : undefined;
  };
}

/** Where no client asks, as at the end of a session. */
const everyPerson = { organizations: 'any', requiredGroups: [] } as const;

function accountOf(person: Person): Account {
  return { accountId: person.personId, claims: async () => claimsOf(person) };
}

/** What the record says of a person, by claim name; the library releases what the scopes allow. */
export function claimsOf(person: Person): { sub: string; [claim: string]: ClaimsParameterMember | string } {
  const claims: { readonly [name: string]: string | readonly string[] | undefined } = {
    name: person.displayName,
    'name#ja-Kana-JP': person.displayNameKana,
    preferred_username: person.uid,
    email: person.mail,
    groups: person.groups,
    organization: person.organization,
    department: person.department,
    title: person.title,
    employee_number: person.employeeNumber,
  };
  return {
    sub: person.personId,
    ...Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)),
  };
}
