import { restsOnStation } from '../oidc/station-login.ts';
import type { Middleware, RequestContext } from './request-context.ts';
import { stationOf } from './station-browser.ts';

/** The library's session cookie and its signature, by either name. @see `cookiesOf` in `oidc/provider.ts` */
const sessionCookie = /^(?:__Host-)?kazasu_session(?:\.sig)?=/;

/**
 * No session is kept on a kiosk: in the browser of a station the session's cookie neither comes in nor goes out. The
 * session itself lives on beside the tokens, known to no browser, so that a suspension still ends it and its clients are
 * told; but whoever comes next is asked for a card.
 */
export function noSessionAtStation(issuer: string): Middleware {
  return async (ctx, next) => {
    const isStation = stationOf(ctx, issuer) !== undefined;
    if (isStation) dropFromRequest(ctx);
    try {
      await next();
    } finally {
      if (isStation || restsOnStation(ctx)) dropFromAnswer(ctx);
    }
  };
}

function dropFromRequest({ req }: RequestContext): void {
  const { cookie } = req.headers;
  if (cookie === undefined) return;
  const kept = cookie.split(/;\s*/).filter((pair) => !sessionCookie.test(pair));
  req.headers.cookie = kept.join('; ');
}

/** One that the browser has from before goes too. */
function dropFromAnswer(ctx: RequestContext): void {
  const lines = ctx.response.get('set-cookie') as unknown as string | string[] | undefined;
  if (!lines) return;
  const kept = [lines].flat().map((line) => (sessionCookie.test(line) ? ended(line) : line));
  ctx.set('set-cookie', kept);
}

function ended(line: string): string {
  const [pair = '', ...attributes] = line.split(/;\s*/);
  const others = attributes.filter((attribute) => !/^(?:expires|max-age)=/i.test(attribute));
  return [`${pair.slice(0, pair.indexOf('='))}=`, 'expires=Thu, 01 Jan 1970 00:00:00 GMT', ...others].join(
    '; ',
  );
}
