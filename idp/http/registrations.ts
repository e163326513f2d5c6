import { beginRegistration } from '../flows/begin-registration.ts';
import { proveRegistration } from '../flows/prove-registration.ts';
import {
  type RegistrationAnswer,
  type RegistrationOffer,
  receiveRegistrationRequest,
} from '../wire/registration.ts';
import { maxTapBytes, receiveTap } from '../wire/tap-jwt.ts';
import { answeredTooManyAttempts, noteWrongCode } from './limited.ts';
import { readBody } from './read-body.ts';
import type { RouteHandler } from './request-context.ts';
import type { Site } from './site.ts';
import { answerRefusal } from './wire-refusal.ts';

const maxRequestBytes = 4_096;

/** `POST /registrations`: takes an invitation at a reader, and says what the card must sign. */
export function postRegistration(site: Site): RouteHandler {
  return async (ctx) => {
    if (answeredTooManyAttempts(ctx, site)) return;
    const sealed = receiveRegistrationRequest(await readBody(ctx, 'application/jwt', maxRequestBytes));
    const outcome = await beginRegistration(site.context, sealed);
    if (outcome.outcome === 'refused') {
      if (outcome.reason === 'invitation-unknown') noteWrongCode(ctx, site);
      return answerRefusal(ctx, outcome.reason);
    }
    const { registration, person, consent, expiresAt } = outcome;
    ctx.status = 201;
    ctx.body = {
      registrationId: registration.registrationId,
      personId: person.personId,
      displayName: person.displayName,
      organization: person.organization,
      consent,
      consentSha256: registration.consentSha256,
      nonce: registration.nonce,
      expiresAt: new Date(expiresAt).toISOString(),
    } satisfies RegistrationOffer;
  };
}

/** `POST /registrations/{registrationId}/proof`: the card's signature; then an approver's word is awaited. */
export function postProof({ context }: Pick<Site, 'context'>): RouteHandler {
  return async (ctx) => {
    const sealed = receiveTap(await readBody(ctx, 'application/jwt', maxTapBytes));
    const { registrationId = '' } = ctx.params;
    const outcome = await proveRegistration(context, { registrationId, sealed });
    if (outcome.outcome === 'refused') return answerRefusal(ctx, outcome.reason, outcome.certificateReason);
    ctx.status = 202;
    ctx.body = { registrationId: outcome.registrationId, state: 'pending' } satisfies RegistrationAnswer;
  };
}
