import type { Assurance } from '../domain/assurance.ts';
import { denied } from '../domain/decide-login.ts';
import { decideSignIn, type SignInDecision } from '../domain/decide-sign-in.ts';
import type { AuthenticatorId, Factor } from '../domain/factor.ts';
import type { ClientId } from '../domain/login-policy.ts';
import type { Person, PersonId } from '../domain/person.ts';
import { actor } from '../domain/registration.ts';
import type { WayName } from '../domain/way.ts';
import type { FlowContext } from './context.ts';

type Context = Pick<FlowContext, 'record' | 'clients' | 'clock'> & {
  readonly audit: Pick<FlowContext['audit'], 'append'>;
};

/** Somebody proved something that is no card. */
export interface ProvedOtherwise {
  readonly clientId: ClientId;
  readonly personId: PersonId;
  readonly way: WayName;
  readonly assurance: Assurance;
  /** What it rests on beside the person. */
  readonly authenticator?: AuthenticatorId;
  readonly remoteAddress: string;
}

export type FactorOutcome =
  | { readonly outcome: 'granted'; readonly factor: Factor }
  | (SignInDecision & { readonly outcome: 'denied' });

/**
 * Decides for one client what was proved by passkey, password or code, and writes it down before it answers.
 * @throws {Fault} when the record or the trail cannot be asked.
 */
export async function decideOtherwise(context: Context, proved: ProvedOtherwise): Promise<FactorOutcome> {
  const { clientId, personId, way, assurance, authenticator, remoteAddress } = proved;
  // As it stands at this moment: while a password was asked about, the person may have been suspended.
  const person = await context.record.people.find(personId);
  const policy = context.clients.find(clientId)?.policy;
  const at = context.clock.now();
  const decision =
    person === undefined || policy === undefined
      ? denied(policy === undefined ? 'client-disabled' : 'person-left')
      : decideSignIn({ person, assurance }, policy, at);
  const granted = decision.outcome === 'granted';
  await context.audit.append({
    at,
    type: granted ? 'login.granted' : 'login.denied',
    actor: actor('client', clientId),
    subject: authenticator ?? personId,
    ...(granted ? {} : { reason: decision.reason }),
    details: { acr: assurance.acr, address: remoteAddress, person: personId, way },
  });
  if (!granted) return decision;
  const { acr, amr } = decision;
  const basis = authenticator === undefined ? {} : { authenticator };
  return { outcome: 'granted', factor: { personId, acr, amr, at, ...basis } };
}

/** Something was typed that proves nothing; whoever types learns nothing of who is known here. */
export interface RefusedOtherwise<Reason extends string> {
  readonly outcome: 'refused';
  readonly reason: Reason;
}

/** Writes down that what was typed is nobody's proof, before it is answered. @throws {Fault} when the trail cannot be asked */
export async function refuseOtherwise<Reason extends string>(
  { audit, clock }: Pick<Context, 'audit' | 'clock'>,
  typed: Pick<ProvedOtherwise, 'clientId' | 'way' | 'remoteAddress'> & {
    readonly person: Person | undefined;
  },
  reason: Reason,
): Promise<RefusedOtherwise<Reason>> {
  const { clientId, way, remoteAddress, person } = typed;
  await audit.append({
    at: clock.now(),
    type: 'login.denied',
    actor: actor('client', clientId),
    ...(person === undefined ? {} : { subject: person.personId }),
    reason,
    details: { address: remoteAddress, way },
  });
  return { outcome: 'refused', reason };
}

/** Whose user name was typed; `undefined` where it is nobody's, or not one person's alone. */
export async function personTyped(
  { record }: Pick<Context, 'record'>,
  uid: string,
): Promise<Person | undefined> {
  const people = await record.people.findBy('uid', uid, 2);
  return people.length === 1 ? people[0] : undefined;
}
