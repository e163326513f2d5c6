import type { Context, Next } from 'koa';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { FlowContext } from '../flows/context.ts';
import { canBeTapped, readerChoice, readerFor } from './ciba.ts';
import { openTapRequest } from './open-tap-request.ts';

type Parts = Pick<FlowContext, 'record' | 'clients' | 'clock' | 'secrets' | 'oidcState' | 'tapRequests'>;

/**
 * While a device shows its code, a tap at its reader takes the place of typing it: whoever stands at the device needs no
 * other computer. A client without a reader, or with several and none named, has the code alone.
 * @see RFC 8628 §3.2
 */
export function deviceTaps(parts: Parts): (ctx: Context, next: Next) => Promise<void> {
  return async (ctx, next) => {
    await next();
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
    if (oidc?.route !== 'device_authorization' || ctx.status !== 200) return;
    const code = oidc.entities.DeviceCode;
    if (code === undefined) return;
    try {
      const reader = await waitAtReader(ctx as unknown as KoaContextWithOIDC, parts, code);
      // So that the device can say where: the name is the client's own reader's.
      if (reader !== undefined) Object.assign(ctx.body as object, { kazasu_reader: reader.name });
    } catch (error) {
      await code.destroy();
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      ctx.status = error.status;
      ctx.body = { error: error.error, error_description: error.error_description };
    }
  };
}

async function waitAtReader(
  ctx: KoaContextWithOIDC,
  parts: Parts,
  code: NonNullable<KoaContextWithOIDC['oidc']['entities']['DeviceCode']>,
) {
  const choice = await readerChoice(ctx, parts);
  const isNamed = choice.outcome === 'none' && choice.reason === 'reader-not-for-client';
  if (!isNamed && (choice.outcome === 'none' || !canBeTapped(ctx, parts))) return undefined;
  const reader = await readerFor(ctx, parts);
  const { jti, expiration: expiresInSeconds } = code;
  const clientId = ctx.oidc.client?.clientId ?? '';
  await openTapRequest(parts, { way: 'device', clientId, reader, jti, expiresInSeconds });
  return reader;
}
