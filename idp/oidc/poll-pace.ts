import type { Context, Next } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { FlowContext } from '../flows/context.ts';

/** How long a client waits between two questions, and by how much more when it asked too early. */
export const pollIntervalSeconds = 2;
const slowedBySeconds = 5;
/** What a question on its way may come earlier than the one before it suggests. */
const toleranceMs = 200;

const model = 'PollPace';
const waitingRoutes = ['backchannel_authentication', 'device_authorization'];

type Parts = Pick<FlowContext, 'oidcState' | 'clock'>;

/**
 * The library says neither how often to ask nor when that was too often.
 * @see RFC 8628 §3.2 (`interval`) and §3.5 (`slow_down`)
 * @see OpenID Connect CIBA Core 1.0 §7.3 and §11
 */
export function pollPace(parts: Parts): (ctx: Context, next: Next) => Promise<void> {
  return async (ctx, next) => {
    await next();
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
    const body = ctx.body as { error?: unknown; interval?: number } | undefined;
    if (oidc === undefined || typeof body !== 'object') return;
    if (waitingRoutes.includes(oidc.route) && ctx.status === 200) body.interval = pollIntervalSeconds;
    if (oidc.route !== 'token' || body.error !== 'authorization_pending') return;
    const asked = oidc.params?.auth_req_id ?? oidc.params?.device_code;
    if (typeof asked !== 'string' || !(await cameTooEarly(parts, asked))) return;
    ctx.body = { error: 'slow_down', error_description: 'you are polling too quickly' };
  };
}

/** Each question that comes too early makes the next wait longer. */
async function cameTooEarly({ oidcState, clock }: Parts, asked: string): Promise<boolean> {
  const before = await oidcState.find(model, asked);
  const now = clock.now();
  const seconds = typeof before?.seconds === 'number' ? before.seconds : pollIntervalSeconds;
  const last = typeof before?.at === 'number' ? before.at : Number.NEGATIVE_INFINITY;
  const isEarly = now < last + seconds * 1_000 - toleranceMs;
  const next = isEarly ? seconds + slowedBySeconds : seconds;
  await oidcState.upsert(model, asked, { at: now, seconds: next }, next + slowedBySeconds);
  return isEarly;
}
