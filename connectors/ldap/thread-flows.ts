import { type AtHand, createAtHandFlows } from './at-hand-flows.ts';
import type {
  BoundDevice,
  LdapFlows,
  MaybePromise,
  PersonBindOutcome,
  PersonBindRequest,
} from './directory-service.ts';

/** The questions for which the thread that writes the record is asked. */
export const askedElsewhere = [
  'logInWithCard',
  'bindPerson',
  'stillAdmits',
  'findPeople',
  'findGroups',
  'requestEnrolment',
] as const satisfies readonly (keyof LdapFlows)[];

export type AskedElsewhere = Pick<LdapFlows, (typeof askedElsewhere)[number]>;

/**
 * The façade's questions in a thread beside the one that writes the record: sign-ins by number and binds of devices are
 * decided here, as they would be there; the rest is asked there.
 * @param upToDate called before every question and decision: takes over what an administrator changed since the last one
 */
export function createThreadFlows(
  atHand: AtHand,
  elsewhere: AskedElsewhere,
  upToDate: () => void,
): LdapFlows {
  const here = createAtHandFlows(atHand, upToDate);
  const after = <Request, Answer>(answer: (request: Request) => MaybePromise<Answer>) => {
    return (request: Request): MaybePromise<Answer> => {
      upToDate();
      return answer(request);
    };
  };
  const bindPerson = async (request: PersonBindRequest): Promise<PersonBindOutcome> => {
    const outcome = await elsewhere.bindPerson(sendable(request));
    if (outcome.outcome === 'denied') return outcome;
    // What came over the line is a device as it was then: here it is to be as it is.
    upToDate();
    const device = here.boundHere(outcome.device);
    return device ? { ...outcome, device } : { outcome: 'denied', reason: 'invalid-credentials' };
  };
  return {
    settle: here.settle,
    noteDecision: here.noteDecision,
    bindDevice: after(here.bindDevice),
    bindCertificate: after(here.bindCertificate),
    logInWithCard: after(
      (request) => here.logInWithCard(request) ?? elsewhere.logInWithCard(sendable(request)),
    ),
    bindPerson,
    stillAdmits: (person) => elsewhere.stillAdmits(sendable(person)),
    findPeople: after((query) => here.findPeople(query) ?? elsewhere.findPeople(sendable(query))),
    findGroups: (query) => elsewhere.findGroups(sendable(query)),
    requestEnrolment: (request) => elsewhere.requestEnrolment(sendable(request)),
  };
}

/** A bound device reads its profile when it is asked for it; what goes to another thread is as it is now. */
function sendable<T extends { readonly device: BoundDevice | undefined }>(request: T): T {
  if (request.device === undefined) return request;
  const { clientId, name, profile, credential } = request.device;
  return { ...request, device: { clientId, name, profile, credential } };
}
