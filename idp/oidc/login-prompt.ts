import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { KnownClients } from '../flows/known-clients.ts';
import type { SystemRecord } from '../ports/system-record.ts';
import { acceptableAcrs } from './acceptable-acrs.ts';
import { settingsOf } from './client-settings.ts';
import { consentMissing } from './consent.ts';
import { sessionSeconds } from './lifetimes.ts';
import { personAskedFor } from './person-asked-for.ts';

const { Check, Prompt, base } = interactionPolicy;

/** The reason of the check that somebody else is signed in than whom the client asks for. */
export const notThePerson = 'not_the_person_asked_for';

/**
 * When a person must sign in (again): the library's rules, and ours below. Nobody is asked for consent by a system of the
 * organisation's own, which an administrator noted; people are asked by others.
 */
export function loginPolicy(
  clients: KnownClients,
  record: Pick<SystemRecord, 'people' | 'clientConsents'>,
): interactionPolicy.DefaultPolicy {
  const policy = base();
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0);
  // `prompt=consent` must stay sayable (OpenID Connect Core §11 asks for it with offline_access) where nobody is asked.
  const consent = policy.get('consent');
  consent?.checks.clear();
  consent?.checks.add(
    new Check('consent_missing', 'the person was not asked', 'consent_required', (ctx) =>
      consentMissing(ctx, clients, record),
    ),
  );
  const login = policy.get('login');
  if (login === undefined) throw new TypeError('the library has no login prompt');
  // Replaced by ours: the library's would ask again for ever when the card at hand cannot reach the acr.
  login.checks.remove('essential_acr');
  login.checks.remove('essential_acrs');
  const ours = [
    ['account_gone', 'the account cannot sign in', accountGone],
    ['session_too_old', 'the sign-in is too long ago', (ctx) => sessionTooOld(ctx, clients)],
    ['not_decided_for_client', 'no sign-in was decided for this client', notDecided],
    [notThePerson, 'somebody else is signed in', (ctx) => isAnotherPerson(ctx, record)],
    ['acr_not_accepted', 'the session does not reach the acr', (ctx) => acrNotAccepted(ctx, clients)],
  ] as const satisfies readonly (readonly [string, string, CheckFunction])[];
  for (const [reason, description, check] of ours) {
    login.checks.add(new Check(reason, description, 'login_required', check));
  }
  return policy;
}

type CheckFunction = (ctx: KoaContextWithOIDC) => boolean | Promise<boolean>;

/** A session of somebody else than whom the client hints at is not silently taken for that person's. */
async function isAnotherPerson({ oidc }: KoaContextWithOIDC, record: Pick<SystemRecord, 'people'>) {
  const accountId = oidc.session?.accountId;
  // Held against the hint when it was proved; who said to be somebody else is let go on.
  if (accountId === undefined || oidc.result?.login !== undefined) return Check.NO_NEED_TO_PROMPT;
  const askedFor = await personAskedFor(record, oidc.params?.login_hint);
  return askedFor !== undefined && askedFor !== accountId;
}

/** Suspended or left since: a session of such a person signs nobody in, and a login of that moment is refused. */
function accountGone({ oidc }: KoaContextWithOIDC): boolean {
  if (oidc.session?.accountId === undefined || oidc.account !== undefined) return Check.NO_NEED_TO_PROMPT;
  if (oidc.result?.login !== undefined) throw new errors.AccessDenied('the account cannot sign in');
  return Check.REQUEST_PROMPT;
}

/** Counted from the sign-in, not from the last use; a client may want it younger than others do. */
function sessionTooOld({ oidc }: KoaContextWithOIDC, clients: KnownClients): boolean {
  const { session } = oidc;
  const ofClient = settingsOf(clients, oidc.client).lifetimes.sessionSeconds;
  return session?.accountId !== undefined && session.past(Math.min(sessionSeconds, ofClient));
}

/**
 * A session counts only where a card was decided for: the reader, the groups and the assurance of one client say
 * nothing about another. `loadExistingGrant` gives a grant exactly after such a decision.
 */
function notDecided({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.account !== undefined && oidc.grant?.jti === undefined;
}

/**
 * A session's acr never decays, so every request is held against what the client accepts now.
 * @throws `unmet_authentication_requirements` when the sign-in of this moment does not reach it, or nothing can.
 * @see OpenID Connect Core Unmet Authentication Requirements 1.0 §2
 */
function acrNotAccepted({ oidc }: KoaContextWithOIDC, clients: KnownClients): boolean {
  const accepted = clients.find(oidc.client?.clientId ?? '')?.policy.acceptedAcr ?? [];
  const { demanded, preferred } = acceptableAcrs(accepted, oidc.params ?? {});
  if (demanded.length === 0)
    throw new errors.UnmetAuthenticationRequirements('this client accepts no such acr');
  if (oidc.session?.accountId === undefined) return Check.NO_NEED_TO_PROMPT;
  const reached = (acrs: readonly string[]) => acrs.includes(oidc.acr);
  if (oidc.result?.login === undefined) return !reached(preferred);
  if (reached(demanded)) return Check.NO_NEED_TO_PROMPT;
  throw new errors.UnmetAuthenticationRequirements('the sign-in does not reach an accepted acr');
}
