import { stationRefusals } from '../domain/station.ts';
import { challengeStation, openAtStation } from '../flows/open-at-station.ts';
import {
  askForConfirmation,
  awaitStation,
  confirmAtStation,
  leaveStation,
  lookAtStation,
  type StationProgress,
} from '../flows/sign-in-at-station.ts';
import { interactionPath } from '../oidc/provider.ts';
import { stationConfirmPage, stationRefusedPage, stationWaitPage } from '../pages/station-page.ts';
import { verifiesStation } from '../wire/station-signature.ts';
import { answerFailure } from './fault-to-status.ts';
import { nextAfter } from './go-on.ts';
import { cancelPath, refusedPath, stationPath, stationRefusedPath } from './interaction-paths.ts';
import { type Opened, opened } from './opened-interaction.ts';
import { readJson } from './read-body.ts';
import { redirect } from './redirect.ts';
import { queryText, type RouteContext, type RouteHandler } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';
import { rememberStation } from './station-browser.ts';
import { answerStationRefusal } from './station-pair.ts';

const maxBytes = 2_048;
/** Well within what a request may take; then the page asks again. */
const longestWaitMs = 5_000;

/** `GET /interaction/:uid/station`: waits for a card, or shows the name that one brought. */
export function getStation(site: Site): RouteHandler {
  return opened(site, async (ctx, sign) => {
    const { uid } = sign.interaction;
    const ways = waysOn(sign);
    const frame = frameOf(ctx, site, sign.uiLocales);
    const progress = await lookAtStation(site.context, uid);
    const confirmation =
      progress.state === 'confirm' ? await askForConfirmation(site.context, uid) : undefined;
    if (progress.state === 'confirm' && confirmation !== undefined) {
      return answerPage(ctx, 200, stationConfirmPage(frame, { ...ways, name: progress.name, confirmation }));
    }
    if (progress.state === 'decided') return redirect(ctx, await after(ctx, site, sign, progress));
    answerPage(ctx, 200, stationWaitPage(frame, { ...ways, uid, issuer: site.context.issuer }));
  });
}

/** `GET /interaction/:uid/station/refused?reason=`: why nobody was signed in here, and the ways on. */
export function getStationRefused(site: Site): RouteHandler {
  return opened(site, async (ctx, sign) => {
    const reason = stationRefusals.find((known) => known === queryText(ctx, 'reason'));
    if (reason === undefined) return redirect(ctx, interactionPath(sign.interaction.uid));
    const frame = frameOf(ctx, site, sign.uiLocales);
    answerPage(ctx, 403, stationRefusedPage(frame, { ...waysOn(sign), reason }), {
      code: reason,
      client: sign.client.name,
    });
  });
}

/** `POST /interaction/:uid/station/challenge`: what this station is to sign for this sign-in. */
export function postStationChallenge(site: Site): RouteHandler {
  return called(site, async (ctx, sign, body) => {
    const outcome = await challengeStation(site.context, signInOf(sign, body));
    if (outcome.outcome === 'refused') return answerStationRefusal(ctx, outcome.reason);
    ctx.body = { challenge: outcome.challenge };
  });
}

/** `POST /interaction/:uid/station/open`: the signature; from now on a tap at the station's reader is for this sign-in. */
export function postStationOpen(site: Site): RouteHandler {
  return called(site, async (ctx, sign, body) => {
    const [challenge, signature] = [textOf(body.challenge), textOf(body.signature)];
    const request = signInOf(sign, body);
    const outcome = await openAtStation(site.context, request, {
      challenge,
      verifies: (publicKey, message) => verifiesStation(signature, publicKey, message),
    });
    if (outcome.outcome === 'refused') return answerStationRefusal(ctx, outcome.reason);
    // Renewed by whoever showed the key: a browser that lost the note becomes a station again, and keeps no session.
    rememberStation(ctx, site.context.issuer, request.pairingId);
    ctx.body = { state: 'waiting' };
  });
}

/** `POST /interaction/:uid/station/wait`: answers when something happened, or after seconds with what it was before. */
export function postStationWait(site: Site): RouteHandler {
  return called(site, async (ctx, sign, { shown }) => {
    const from = shown === true ? 'confirm' : 'waiting';
    const signal = AbortSignal.timeout(longestWaitMs);
    const progress = await awaitStation(site.context, sign.interaction.uid, { from, signal });
    ctx.body = progress.state === from ? { state: from } : { next: await after(ctx, site, sign, progress) };
  });
}

/** `POST /interaction/:uid/station/confirm`: the person said that the name is theirs. */
export function postStationConfirm(site: Site): RouteHandler {
  return called(site, async (ctx, sign, body) => {
    const request = { interactionUid: sign.interaction.uid, confirmation: textOf(body.confirmation) };
    const progress = await confirmAtStation(site.context, request);
    ctx.body = { next: await after(ctx, site, sign, progress) };
  });
}

/** `POST /interaction/:uid/station/leave`: the page was left, or the name was somebody else's. */
export function postStationLeave(site: Site): RouteHandler {
  return called(site, async (ctx, { interaction }) => {
    await leaveStation(site.context, interaction.uid);
    ctx.body = { state: 'left' };
  });
}

/** Where the browser goes after that; with a yes, on to the client, or to what the client wants beside the card. */
async function after(
  ctx: RouteContext,
  site: Site,
  { interaction: { uid } }: Opened,
  progress: StationProgress,
): Promise<string> {
  if (progress.state === 'refused') return stationRefusedPath(uid, progress.reason);
  if (progress.state !== 'decided') return stationPath(uid);
  const { decision, readerId } = progress;
  if (decision.outcome === 'denied') {
    return decision.reason === 'unknown-card'
      ? stationRefusedPath(uid, decision.reason)
      : refusedPath(uid, decision.reason);
  }
  const { personId, acr, amr, cardId } = decision;
  const factor = { personId, acr, amr, at: site.context.clock.now(), authenticator: cardId, readerId };
  return (await nextAfter(ctx, site, uid, factor)) ?? stationRefusedPath(uid, 'time-over');
}

/** A call of our own page's script, with the interaction that this browser started. */
function called(
  site: Site,
  route: (ctx: RouteContext, opened: Opened, body: { readonly [name: string]: unknown }) => Promise<void>,
): RouteHandler {
  return opened(site, async (ctx, sign) => {
    const origin = ctx.get('origin');
    if (origin !== '' && origin !== new URL(site.context.issuer).origin) {
      return answerFailure(ctx, site, { status: 403, trouble: 'cross-site', error: 'cross_site' });
    }
    await route(ctx, sign, await readJson(ctx, maxBytes));
  });
}

function signInOf({ interaction, client }: Opened, { pairingId }: { readonly pairingId?: unknown }) {
  const { clientId } = client.policy;
  return { interactionUid: interaction.uid, clientId, pairingId: textOf(pairingId) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function waysOn({ interaction: { uid }, client }: Opened) {
  const stationHref = stationPath(uid);
  const otherWaysHref = `${interactionPath(uid)}?ways=other`;
  return { clientName: client.name, stationHref, otherWaysHref, cancelHref: cancelPath(uid) };
}
