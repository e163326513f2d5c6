import { type Configuration, errors, type FindAccount, type KoaContextWithOIDC } from 'oidc-provider';
import type { PersonId } from '../domain/person.ts';
import type { FlowContext } from '../flows/context.ts';
import { type ReaderChoice, readerOfClient } from '../flows/reader-of-client.ts';
import { acceptableAcrs } from './acceptable-acrs.ts';
import { openTapRequest } from './open-tap-request.ts';

/** The `login_hint` of a client that waits for whoever taps; the account is known when somebody has. */
export const whoeverTaps = 'urn:kazasu:whoever-taps';
/** The request parameter by which a client says at which of its readers it waits: name or id. */
export const readerParameter = 'kazasu_reader';
/** What a tap without PIN can reach: a device's reader asks nobody for one. */
const tapAcrs: readonly string[] = ['idm', 'serial', 'certificate', 'certificate-in-window'].map(
  (name) => `urn:kazasu:acr:${name}`,
);

type Context = Pick<FlowContext, 'record' | 'clients' | 'clock' | 'secrets' | 'oidcState' | 'tapRequests'>;
type CibaFeature = NonNullable<NonNullable<Configuration['features']>['ciba']>;

/**
 * CIBA, where the authentication device is a reader: the next tap there is the answer.
 * @see OpenID Connect CIBA Core 1.0 §7
 */
export function cibaFeature(context: Context): CibaFeature {
  return {
    enabled: true,
    deliveryModes: ['poll', 'ping'],
    processLoginHint: (_ctx, hint) => personOf(context, hint ?? ''),
    processLoginHintToken: () => {
      throw new errors.InvalidRequest('login_hint_token is not taken: use login_hint');
    },
    // Nobody is asked anywhere but at the reader: there is no code of a person that could guard against it.
    verifyUserCode: () => undefined,
    validateBindingMessage: (_ctx, message) => checkBindingMessage(message),
    validateRequestContext: async (ctx) => {
      // Where no tap can be enough, nobody is kept waiting for one.
      if (!canBeTapped(ctx, context)) {
        throw new errors.InvalidRequest('no tap reaches what is asked for: a reader asks nobody for a PIN');
      }
      await readerFor(ctx, context);
    },
    triggerAuthenticationDevice: async (ctx, request, account) => {
      try {
        await openTapRequest(context, {
          way: 'ciba',
          clientId: clientIdOf(ctx),
          reader: await readerFor(ctx, context),
          jti: request.jti,
          expiresInSeconds: request.expiration,
          ...(account.accountId === whoeverTaps ? {} : { personId: account.accountId as PersonId }),
        });
      } catch (error) {
        await request.destroy();
        throw error;
      }
    },
  };
}

/** Nobody in particular is an account while a client asks for whoever taps, and nowhere else. */
export function withWhoeverTaps(find: FindAccount): FindAccount {
  return (ctx, sub, token) => {
    if (sub !== whoeverTaps) return find(ctx, sub, token);
    if (ctx.oidc.route !== 'backchannel_authentication') return undefined;
    return { accountId: whoeverTaps, claims: async () => ({ sub: whoeverTaps }) };
  };
}

/** By `uid` or `sub`; the library refuses who is not found, suspended or not for this client: `unknown_user_id`. */
async function personOf({ record }: Context, hint: string): Promise<string | undefined> {
  if (hint === whoeverTaps || hint === 'any') return whoeverTaps;
  return (await record.people.find(hint))?.personId;
}

function checkBindingMessage(message: string | undefined): void {
  if (message === undefined || /^[\p{L}\p{N} .,:#/_+-]{1,40}$/u.test(message)) return;
  throw new errors.InvalidBindingMessage('binding_message has 1 to 40 letters, digits, spaces or .,:#/_+-');
}

/** Whether a tap can be enough for what this request asks for. */
export function canBeTapped({ oidc }: KoaContextWithOIDC, { clients }: Pick<Context, 'clients'>): boolean {
  const client = clients.find(oidc.client?.clientId ?? '');
  // Whoever taps is asked nothing.
  if (client?.protocol !== 'oidc' || client.settings.consent) return false;
  const { demanded } = acceptableAcrs(client.policy.acceptedAcr, oidc.params ?? {});
  return demanded.some((acr) => tapAcrs.includes(acr));
}

/** @throws `invalid_request` where it is not clear at which reader to wait. */
export async function readerFor(ctx: KoaContextWithOIDC, context: Context) {
  const choice = await readerChoice(ctx, context);
  if (choice.outcome === 'chosen') return choice.reader;
  throw new errors.InvalidRequest(choiceTexts[choice.reason]);
}

/** At which reader the client of this request waits. */
export function readerChoice(ctx: KoaContextWithOIDC, context: Context): Promise<ReaderChoice> {
  const named = ctx.oidc.params?.[readerParameter];
  const client = context.clients.find(clientIdOf(ctx));
  if (client === undefined) return Promise.resolve({ outcome: 'none', reason: 'no-reader' });
  return readerOfClient(context, client.policy, typeof named === 'string' ? named : undefined);
}

const choiceTexts: { readonly [reason in (ReaderChoice & { outcome: 'none' })['reason']]: string } = {
  'no-reader': 'no device reader is assigned to this client',
  'reader-not-named': `several readers are assigned to this client: name one by ${readerParameter}`,
  'reader-not-for-client': `${readerParameter} names no reader of this client`,
};

function clientIdOf({ oidc }: KoaContextWithOIDC): string {
  return oidc.client?.clientId ?? '';
}
