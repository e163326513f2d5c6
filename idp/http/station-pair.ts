import type { StationRefusal } from '../domain/station.ts';
import { pairStation } from '../flows/pair-station.ts';
import { stationPairPage } from '../pages/station-pair-page.ts';
import { textsOf } from '../pages/texts/of-locale.ts';
import { answeredTooManyAttempts, noteWrongCode } from './limited.ts';
import { parsePublicKey } from './p256-key.ts';
import { readJson } from './read-body.ts';
import type { RequestContext, RouteHandler } from './request-context.ts';
import { localeOf } from './request-locale.ts';
import { answerPage, frameOf, type Site } from './site.ts';
import { rememberStation } from './station-browser.ts';

const maxPairingBytes = 4_096;

/** `GET /station/pair`: where a kiosk's browser takes its one-time code. */
export function getStationPair(site: Site): RouteHandler {
  return async (ctx) => answerPage(ctx, 200, stationPairPage(frameOf(ctx, site)));
}

/** `POST /station/pair`: a one-time code and the public half of a key that the browser made on the spot. */
export function postStationPair(site: Site): RouteHandler {
  return async (ctx) => {
    if (answeredTooManyAttempts(ctx, site)) return;
    const { code, publicKey: claimedKey } = await readJson(ctx, maxPairingBytes);
    const publicKey = parsePublicKey(claimedKey);
    if (publicKey === undefined) return answerStationRefusal(ctx, 'public-key', 400);
    const outcome = await pairStation(site.context, {
      code: typeof code === 'string' ? code.slice(0, 64) : '',
      publicKey,
    });
    if (outcome.outcome === 'refused') {
      noteWrongCode(ctx, site);
      return answerStationRefusal(ctx, outcome.reason);
    }
    const { pairing, reader } = outcome;
    rememberStation(ctx, site.context.issuer, pairing.pairingId);
    const { done } = textsOf(localeOf(ctx)).station.pair;
    ctx.body = { pairingId: pairing.pairingId, reader: reader.name, message: done(reader.name) };
  };
}

/** Tells a station's script why it was refused: the reason by name, and a sentence for the person in front of it. */
export function answerStationRefusal(ctx: RequestContext, reason: StationRefusal, status = 403): void {
  const { what, next } = textsOf(localeOf(ctx)).reasons.station[reason];
  ctx.status = status;
  ctx.body = { error: reason, message: `${what} ${next}` };
}
