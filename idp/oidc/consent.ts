import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { ClientId } from '../domain/login-policy.ts';
import type { PersonId } from '../domain/person.ts';
import type { KnownClients } from '../flows/known-clients.ts';
import type { SystemRecord } from '../ports/system-record.ts';
import { claimsOfScope } from './account.ts';
import { settingsOf } from './client-settings.ts';

/**
 * Whether the person has to be asked before this client gets what it asks for: where its settings say so, and something
 * is among it that the person did not let it have yet, or the client wants the person asked anew.
 * @see OpenID Connect Core §3.1.2.4
 */
export async function consentMissing(
  { oidc }: KoaContextWithOIDC,
  clients: KnownClients,
  { clientConsents }: Pick<SystemRecord, 'clientConsents'>,
): Promise<boolean> {
  const { client, account } = oidc;
  if (client === undefined || account === undefined) return false;
  if (!settingsOf(clients, client).consent || oidc.result?.consent !== undefined) return false;
  if (oidc.promptPending('consent')) return true;
  const given = await clientConsents.find(client.clientId as ClientId, account.accountId as PersonId);
  if (given === undefined) return true;
  return askedFor(oidc.params ?? {}).some((name) => !given.released.includes(name));
}

/** What a request asks for beside who somebody is: scopes by name, and each claim that it names itself. */
export function askedFor(params: { readonly scope?: unknown; readonly claims?: unknown }): readonly string[] {
  const scopes = typeof params.scope === 'string' ? params.scope.split(' ') : [];
  const known = scopes.filter((scope) => scope in claimsOfScope || scope === 'offline_access');
  const asked = new Set(known.filter((scope) => scope !== 'openid'));
  for (const claim of namedClaims(params.claims)) {
    const scope = Object.entries(claimsOfScope).find(([, names]) =>
      names.some((name) => name === claim),
    )?.[0];
    // A claim that no scope of ours releases is released to nobody; those of `openid` say how somebody signed in.
    if (scope !== undefined && scope !== 'openid') asked.add(scope);
  }
  return [...asked].sort();
}

function namedClaims(claims: unknown): readonly string[] {
  if (typeof claims !== 'string') return [];
  try {
    // Shaped by the library's own check before an interaction exists.
    const { userinfo, id_token: idToken } = JSON.parse(claims) as { userinfo?: object; id_token?: object };
    return Object.keys({ ...userinfo, ...idToken });
  } catch {
    return [];
  }
}

/**
 * Lets a sign-in go on with what its person decided, and with the login that came before.
 * @returns where the browser goes; `undefined` when it has expired.
 */
export async function finishConsent(
  provider: Provider,
  uid: string,
  decision: 'allowed' | 'refused',
): Promise<string | undefined> {
  const interaction = await provider.Interaction.find(uid);
  if (interaction === undefined) return undefined;
  interaction.result =
    decision === 'allowed'
      ? { ...interaction.lastSubmission, consent: {} }
      : { error: 'access_denied', error_description: 'the person did not consent' };
  await interaction.persist();
  return interaction.returnTo;
}
