import type { KnownClients } from '../flows/known-clients.ts';
import { missingAssurance } from '../oidc/step-up-challenge.ts';
import type { Middleware } from './request-context.ts';

const userinfoPath = '/userinfo';
const error = 'insufficient_user_authentication';

/**
 * Userinfo is a resource of ours: a token whose sign-in no longer does what its client demands gets no claims, and the
 * client learns what to ask for.
 * @see RFC 9470 §3
 */
export function stepUpChallenge(clients: KnownClients): Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.path !== userinfoPath || ctx.status !== 200) return;
    const acrValues = missingAssurance(ctx, clients);
    if (acrValues === undefined) return;
    const scheme = /^DPoP /i.test(ctx.get('authorization')) ? 'DPoP' : 'Bearer';
    const description = 'this client accepts another authentication only';
    ctx.status = 401;
    ctx.set(
      'WWW-Authenticate',
      `${scheme} error="${error}", error_description="${description}", acr_values="${acrValues}"`,
    );
    ctx.body = { error, error_description: description };
  };
}
