import type { FlowContext } from '../flows/context.ts';
import { asksForMore, readersOfLogin } from '../oidc/station-login.ts';
import type { Middleware, RequestContext } from './request-context.ts';
import { stationOf } from './station-browser.ts';

/** The library's session cookie and its signature, by either name. @see `cookiesOf` in `oidc/provider.ts` */
const sessionCookie = /^(?:__Host-)?kazasu_session(?:\.sig)?=/;
/** Belongs to one authorization request that has begun: whatever is asked of the person, and what comes after. */
const pathOfOneRequest = /^\/(?:authorize|interaction|device|assets)\/./;

/**
 * No session is kept on a kiosk: in the browser of a station the session's cookie goes out only while a sign-in has another
 * question, and comes in with no request but those of that sign-in. The session itself lives on
 * beside the tokens, known to no browser, so that a suspension still ends it and its clients are told; but whoever comes
 * next is asked for a card.
 */
export function noSessionAtStation({ issuer, record }: Pick<FlowContext, 'issuer' | 'record'>): Middleware {
  return async (ctx, next) => {
    const isStation = stationOf(ctx, issuer) !== undefined;
    const left = isStation && !pathOfOneRequest.test(ctx.path) ? dropFromRequest(ctx) : [];
    try {
      await next();
    } finally {
      const atStation = isStation || (await wasProvedAtStation(ctx, record));
      if (atStation && !asksForMore(ctx)) dropFromAnswer(ctx, left);
    }
  };
}

/** Whatever the browser says of itself: what was proved at a station's reader leaves no session anywhere. */
async function wasProvedAtStation(
  ctx: RequestContext,
  { readers }: Pick<FlowContext['record'], 'readers'>,
): Promise<boolean> {
  for (const readerId of readersOfLogin(ctx)) {
    if ((await readers.find(readerId))?.kind === 'station') return true;
  }
  return false;
}

/** @returns the cookies that the browser had from before, as lines that end them. */
function dropFromRequest({ req }: RequestContext): readonly string[] {
  const pairs = (req.headers.cookie ?? '').split(/;\s*/).filter((pair) => pair !== '');
  const sessions = pairs.filter((pair) => sessionCookie.test(pair));
  if (sessions.length === 0) return [];
  req.headers.cookie = pairs.filter((pair) => !sessionCookie.test(pair)).join('; ');
  const secure = (pair: string) => (pair.startsWith('__Host-') ? '; secure' : '');
  return sessions.map((pair) => `${ended(`${pair}; path=/`)}${secure(pair)}`);
}

function dropFromAnswer(ctx: RequestContext, left: readonly string[]): void {
  const lines = ctx.response.get('set-cookie') as unknown as string | string[] | undefined;
  const kept = [lines ?? []].flat().filter((line) => line !== '');
  const answered = kept.map((line) => (sessionCookie.test(line) ? ended(line) : line));
  if (answered.length + left.length > 0) ctx.set('set-cookie', [...answered, ...left]);
}

function ended(line: string): string {
  const [pair = '', ...attributes] = line.split(/;\s*/);
  const others = attributes.filter((attribute) => !/^(?:expires|max-age)=/i.test(attribute));
  return [`${pair.slice(0, pair.indexOf('='))}=`, 'expires=Thu, 01 Jan 1970 00:00:00 GMT', ...others].join(
    '; ',
  );
}
