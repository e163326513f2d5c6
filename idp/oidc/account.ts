import type { ClaimsParameterMember, FindAccount } from 'oidc-provider';
import type { Acr } from '../domain/assurance.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { OidcSettings } from '../domain/oidc-settings.ts';
import type { Person } from '../domain/person.ts';
import { personProblem } from '../domain/person-problem.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import type { SystemRecord } from '../ports/system-record.ts';
import { settingsOf } from './client-settings.ts';
import { clientIdentifierClaim, releasedGroups } from './released-claims.ts';

/**
 * Which scope releases which claim; userinfo gives them, the ID token only those of `openid`.
 * @see OpenID Connect Core §5.1, §5.2 (language tags) and §5.4
 */
export const claimsOfScope = {
  openid: ['sub', 'acr', 'amr', 'auth_time', clientIdentifierClaim],
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
export function accountFinder(
  { people, clientIdentifiers }: Pick<SystemRecord, 'people' | 'clientIdentifiers'>,
  clients: KnownClients,
): FindAccount {
  return async ({ oidc }, sub, token) => {
    const person = await people.find(sub);
    const clientId = token?.clientId ?? oidc.client?.clientId;
    const policy = clientId === undefined ? everyPerson : clients.find(clientId)?.policy;
    if (person?.personId !== sub || policy === undefined) return undefined;
    const accepted = clients.find(clientId ?? '')?.policy.acceptedAcr;
    if (personProblem(person, policy) !== undefined || isOutgrown(token, accepted)) return undefined;
    const settings = settingsOf(clients, clientId === undefined ? undefined : { clientId });
    const { personId } = person;
    const claims = async () => {
      const own = clientId && (await clientIdentifiers.find(clientId as ClientId, personId));
      return { ...claimsOf(person, settings), ...(own ? { [clientIdentifierClaim]: own } : {}) };
    };
    return { accountId: personId, claims };
  };
}

/**
 * A code or refresh token whose sign-in its client accepts no more gives nothing new: the list is always enforced. An
 * access token is answered with what to ask for instead (`missingAssurance`).
 */
function isOutgrown(token: unknown, accepted: readonly Acr[] | undefined): boolean {
  const { acr } = (token ?? {}) as { readonly acr?: string };
  return acr !== undefined && accepted !== undefined && !accepted.some((one) => one === acr);
}

/** Where no client asks, as at the end of a session. */
const everyPerson = { organizations: 'any', requiredGroups: [] } as const;

/**
 * What the record says of a person, by claim name, as far as this client may learn it at all: the library releases of it
 * what the scopes of a request allow, and what its `claims` parameter names.
 */
export function claimsOf(
  person: Person,
  settings: OidcSettings,
): { sub: string; [claim: string]: ClaimsParameterMember | string } {
  const claims: { readonly [name: string]: string | readonly string[] | undefined } = {
    name: person.displayName,
    'name#ja-Kana-JP': person.displayNameKana,
    preferred_username: person.uid,
    email: person.mail,
    groups: releasedGroups(person, settings),
    organization: person.organization,
    department: person.department,
    title: person.title,
    employee_number: person.employeeNumber,
  };
  const released = namesReleasedBy(settings);
  return {
    sub: person.personId,
    ...Object.fromEntries(
      Object.entries(claims).filter(([name, value]) => value !== undefined && released.has(name)),
    ),
  };
}

function namesReleasedBy({ scopes }: OidcSettings): ReadonlySet<string> {
  const entries = Object.entries(claimsOfScope) as readonly (readonly [string, readonly string[]])[];
  return new Set(
    entries.flatMap(([scope, names]) => (scopes === 'any' || scopes.includes(scope) ? names : [])),
  );
}
