import type { DenialReason } from '../domain/decide-login.ts';
import type { Factor } from '../domain/factor.ts';
import { type Passkey, passkeyAssurance, passkeyChallengeSeconds } from '../domain/passkey.ts';
import { actor, ourselves } from '../domain/registration.ts';
import type { OidcClient } from '../ports/clients.ts';
import type { Tables } from '../ports/system-record.ts';
import type { Assertion, WebAuthnJson } from '../ports/webauthn.ts';
import { after, type FlowContext } from './context.ts';
import { decideOtherwise } from './decide-otherwise.ts';
import { queueNotice } from './queue-notice.ts';

type Context = Pick<FlowContext, 'record' | 'clients' | 'clock' | 'secrets' | 'webauthn' | 'audit'>;

/** Why a passkey did not sign in, beside what holds for every way in. */
export type PasskeyDenial =
  | DenialReason
  | 'passkey-unknown'
  | 'passkey-invalid'
  | 'passkey-challenge-unknown'
  | 'passkey-copied';

export type PasskeyLoginOutcome =
  | { readonly outcome: 'granted'; readonly factor: Factor }
  | { readonly outcome: 'denied'; readonly reason: PasskeyDenial };

interface Login {
  readonly client: OidcClient;
  readonly interactionUid: string;
  /** What the browser answered; anything at all. */
  readonly response: unknown;
  readonly remoteAddress: string;
}

/** Opens a challenge that counts for one interaction, whoever answers it. */
export async function requestAssertion(
  { record, clock, secrets, webauthn }: Context,
  { interactionUid }: Pick<Login, 'interactionUid'>,
): Promise<WebAuthnJson> {
  const challenge = secrets.random(256);
  const now = clock.now();
  await record.change((tables) =>
    tables.passkeyChallenges.open(
      {
        challengeHash: secrets.hash(challenge),
        boundTo: placeOf(secrets, interactionUid),
        expiresAt: after(now, passkeyChallengeSeconds),
      },
      now,
    ),
  );
  return webauthn.requestOptions({ challenge });
}

/**
 * Decides one sign-in with a passkey. The challenge is taken and the counter raised in one step, so that of a hundred
 * equal answers at once one counts; what was decided is in the trail before it is answered.
 */
export async function logInWithPasskey(context: Context, login: Login): Promise<PasskeyLoginOutcome> {
  const { record, webauthn } = context;
  const credentialId = webauthn.credentialIdOf(login.response);
  const passkey = credentialId && (await record.passkeys.findByCredential(credentialId));
  if (passkey === undefined) return deny(context, login, undefined, 'passkey-unknown');
  const assertion = await webauthn.verifyAssertion(login.response, passkey);
  // A discoverable credential says whose it is: it must be whom we keep it for. @see WebAuthn Level 3 §7.2, step 6
  if (assertion === undefined || (assertion.userHandle ?? passkey.personId) !== passkey.personId) {
    return deny(context, login, passkey, 'passkey-invalid');
  }
  const taken = await record.change((tables) => take(context, tables, login, passkey, assertion));
  if (taken !== 'taken') return deny(context, login, passkey, taken);
  return decideOtherwise(context, {
    ...{ clientId: login.client.policy.clientId, personId: passkey.personId, way: 'passkey' },
    ...{ assurance: passkeyAssurance(passkey), authenticator: passkey.passkeyId },
    remoteAddress: login.remoteAddress,
  });
}

async function take(
  context: Context,
  tables: Tables,
  { interactionUid }: Login,
  { passkeyId, personId, counter }: Passkey,
  assertion: Assertion,
): Promise<'taken' | PasskeyDenial> {
  const { secrets, clock } = context;
  const now = clock.now();
  const challenge = {
    challengeHash: secrets.hash(assertion.challenge),
    boundTo: placeOf(secrets, interactionUid),
  };
  if (!(await tables.passkeyChallenges.take(challenge, now))) return 'passkey-challenge-unknown';
  const { counter: signed, backedUp } = assertion;
  if (await tables.passkeys.use(passkeyId, { counter: signed, backedUp, at: now })) return 'taken';
  if ((await tables.passkeys.find(passkeyId)) === undefined) return 'passkey-unknown';
  // Told once for each counter that was seen last, however often the copy tries.
  await queueNotice(context, tables, { kind: 'passkey-copied', about: `${passkeyId}#${counter}`, personId });
  await tables.audit.append({
    ...{ at: now, type: 'passkey.counter-not-risen', actor: ourselves, subject: passkeyId },
    details: { counter: signed, lastSeen: counter, person: personId },
  });
  return 'passkey-copied';
}

async function deny(
  { audit, clock }: Context,
  { client, remoteAddress }: Login,
  passkey: Passkey | undefined,
  reason: PasskeyDenial,
): Promise<PasskeyLoginOutcome> {
  await audit.append({
    ...{ at: clock.now(), type: 'login.denied', reason },
    details: { address: remoteAddress, way: 'passkey' },
    actor: actor('client', client.policy.clientId),
    ...(passkey === undefined ? {} : { subject: passkey.passkeyId }),
  });
  return { outcome: 'denied', reason };
}

function placeOf({ hash }: FlowContext['secrets'], interactionUid: string): string {
  return hash(`sign-in\n${interactionUid}`);
}
