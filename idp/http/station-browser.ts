import type { PairingId } from '../domain/station.ts';
import { stationPlace } from '../flows/station-place.ts';
import type { Opened } from './opened-interaction.ts';
import { queryText, type RequestContext } from './request-context.ts';
import { waysFor } from './sign-in-ways.ts';
import type { Site } from './site.ts';

const pairingIdPattern = /^[\w-]{20,64}$/;
/** As long as browsers keep a cookie; every use of the station renews it. @see RFC 6265bis §5.5 */
const cookieMs = 400 * 86_400_000;

/**
 * The pairing that this browser says it has. It proves nothing (the browser's key does); it says which page to show, and
 * that no session is to be kept here.
 */
export function stationOf(ctx: RequestContext, issuer: string): PairingId | undefined {
  const value = ctx.cookies.get(nameFor(issuer)) ?? '';
  return pairingIdPattern.test(value) ? (value as PairingId) : undefined;
}

/** Notes in the browser that it is a station. */
export function rememberStation(ctx: RequestContext, issuer: string, pairingId: string): void {
  ctx.cookies.set(nameFor(issuer), pairingId, {
    ...{ path: '/', httpOnly: true, sameSite: 'lax', overwrite: true, maxAge: cookieMs },
  });
}

/**
 * Whether a sign-in that begins in this browser waits for a card at its station: it is paired, its reader serves the
 * client, and a card without PIN is what the client wants, or a part of it. The person can ask for the other ways.
 */
export async function leadsToStation(
  ctx: RequestContext,
  site: Site,
  { interaction, client }: Pick<Opened, 'interaction' | 'client'>,
): Promise<boolean> {
  const { context } = site;
  const pairingId = stationOf(ctx, context.issuer);
  if (pairingId === undefined || queryText(ctx, 'ways') === 'other') return false;
  if (!waysFor(site, { interaction, client }).some(({ way }) => way === 'tap')) return false;
  return (await stationPlace(context, pairingId, client.policy.clientId)).outcome === 'ready';
}

/**
 * Whether the page should look for a station's key: kiosks are set to clear cookies, and a browser that lost its note is a
 * station all the same.
 */
export async function mayBeStation(
  ctx: RequestContext,
  site: Site,
  { interaction, client }: Pick<Opened, 'interaction' | 'client'>,
): Promise<boolean> {
  if (queryText(ctx, 'ways') === 'other') return false;
  if (!waysFor(site, { interaction, client }).some(({ way }) => way === 'tap')) return false;
  return (await site.context.record.stations.list()).length > 0;
}

/** Another host of the domain can plant every cookie but those named so. @see RFC 6265bis §4.1.3.2 */
function nameFor(issuer: string): string {
  return issuer.startsWith('https:') ? '__Host-kazasu_station' : 'kazasu_station';
}
