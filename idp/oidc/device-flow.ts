import type { Context } from 'koa';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { DeviceProblem } from '../pages/texts/catalogue.ts';

interface Form {
  readonly action: string;
  readonly xsrf: string;
}

/** What the device flow shows to people; the words are not its own. */
export interface DevicePages {
  enterCode(
    ctx: Context,
    form: Form & { readonly userCode?: string; readonly problem?: DeviceProblem },
  ): void;
  confirmCode(ctx: Context, form: Form & { readonly userCode: string; readonly clientName: string }): void;
  signedIn(ctx: Context, clientName: string): void;
}

type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>;

/** By the class of the library's error: nothing else tells them apart. */
const problems: { readonly [name: string]: DeviceProblem } = {
  NoCodeError: 'no-code',
  NotFoundError: 'unknown-code',
  ExpiredError: 'expired-code',
  AlreadyUsedError: 'used-code',
  AbortedError: 'aborted',
};

/**
 * The device flow: a code is typed at another computer, unless somebody taps at the device's reader first.
 * @see RFC 8628 §3.2; §6.1 for the letters: no vowels, so no words, and none that looks like another
 */
export function deviceFlowFeature(pages: DevicePages): DeviceFlow {
  return {
    enabled: true,
    charset: 'base-20',
    mask: '****-****',
    // Where the device is, or what it calls itself, proves nothing to whoever types its code.
    deviceInfo: () => ({}),
    userCodeInputSource: (ctx, _form, out, error) => {
      const problem = error === undefined && out === undefined ? undefined : problemOf(error);
      // What was not there is not shown again: a code that somebody mistyped may be somebody else's.
      pages.enterCode(plain(ctx), { ...formOf(ctx), ...(problem === undefined ? {} : { problem }) });
    },
    userCodeConfirmSource: (ctx, _form, client, _deviceInfo, userCode) =>
      pages.confirmCode(plain(ctx), {
        ...{ ...formOf(ctx), userCode },
        clientName: client.clientName ?? client.clientId,
      }),
    successSource: (ctx) => {
      const { client } = ctx.oidc;
      pages.signedIn(plain(ctx), client?.clientName ?? client?.clientId ?? '');
    },
  };
}

function problemOf(error: unknown): DeviceProblem {
  return (error instanceof Error ? problems[error.name] : undefined) ?? 'failed';
}

function formOf({ oidc }: KoaContextWithOIDC): Form {
  return { action: oidc.urlFor('code_verification'), xsrf: String(oidc.session?.state?.secret) };
}

/** The library's context is Koa's with more on it. */
function plain(ctx: KoaContextWithOIDC): Context {
  return ctx as unknown as Context;
}
