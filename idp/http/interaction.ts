import { denialReasons } from '../domain/decide-login.ts';
import { msPerSecond } from '../domain/instant.ts';
import { signInRefusals } from '../domain/sign-in-progress.ts';
import { openPrompt } from '../flows/open-prompt.ts';
import { leaveStation } from '../flows/sign-in-at-station.ts';
import { cancelLogin, continueAs, type OpenInteraction, switchPerson } from '../oidc/interaction.ts';
import { interactionPath } from '../oidc/provider.ts';
import { refusedPage } from '../pages/refused-page.ts';
import { type SignInChoices, signInPage } from '../pages/sign-in-page.ts';
import { presentPath as bridgePath, signChallenge } from '../wire/challenge.ts';
import { forgetInteraction } from './browser-interactions.ts';
import { showConsent } from './consent.ts';
import { cancelPath, continuePath, stationPath, switchPath } from './interaction-paths.ts';
import { lastWayFirst } from './last-way.ts';
import { opened } from './opened-interaction.ts';
import { formTokenOf, readOwnForm } from './own-form.ts';
import { redirect } from './redirect.ts';
import { queryText, type RouteHandler } from './request-context.ts';
import { localeOf } from './request-locale.ts';
import { soFarOf } from './sign-in-so-far.ts';
import { waysFor } from './sign-in-ways.ts';
import { answerPage, frameOf, type Site } from './site.ts';
import { leadsToStation, mayBeStation } from './station-browser.ts';

/** `GET /interaction/:uid`: offers what the client accepts and the request asks for. */
export function getSignIn(site: Site): RouteHandler {
  return opened(site, async (ctx, { interaction, client, uiLocales }) => {
    const { uid } = interaction;
    if (interaction.prompt === 'consent') {
      return showConsent(ctx, site, {
        interaction,
        client,
        ...(uiLocales === undefined ? {} : { uiLocales }),
      });
    }
    if (await leadsToStation(ctx, site, { interaction, client })) return redirect(ctx, stationPath(uid));
    const page = signInPage(frameOf(ctx, site, uiLocales), {
      clientName: client.name,
      ways: lastWayFirst(ctx, waysFor(site, { interaction, client })),
      ...(await soFarShown(site, interaction)),
      ...(await chooserOf(site, interaction)),
      ...((await mayBeStation(ctx, site, { interaction, client })) ? { stationHref: stationPath(uid) } : {}),
      cancelHref: cancelPath(uid),
    });
    answerPage(ctx, 200, page);
  });
}

/** Who is signed in, where the client wants the person to choose. @see OpenID Connect Core §3.1.2.1 (`select_account`) */
async function chooserOf(
  site: Site,
  interaction: OpenInteraction,
): Promise<Pick<SignInChoices, 'continueAs'>> {
  const { prompt, signedIn, isSwitching, uid } = interaction;
  if (prompt !== 'select_account' || signedIn === undefined || isSwitching) return {};
  const person = await site.context.record.people.find(signedIn);
  if (person === undefined) return {};
  const token = formTokenOf(site, interaction);
  return { continueAs: { displayName: person.displayName, action: continuePath(uid), token } };
}

/** `POST /interaction/:uid/continue`: who is signed in chose to go on so; what is missing is asked for next. */
export function postContinue(site: Site): RouteHandler {
  return opened(site, async (ctx, { interaction }) => {
    const { uid } = interaction;
    if ((await readOwnForm(ctx, site, interaction)) === undefined) return;
    if (interaction.prompt !== 'select_account' || interaction.signedIn === undefined) {
      return redirect(ctx, interactionPath(uid));
    }
    forgetInteraction(ctx, site.context.issuer, uid);
    redirect(ctx, (await continueAs(site.provider, uid)) ?? '/');
  });
}

/** Whose sign-in is half done, or who is signed in already and has to add something. */
async function soFarShown(
  { context }: Site,
  interaction: OpenInteraction,
): Promise<Pick<SignInChoices, 'soFar'>> {
  const { proved, held, signedIn } = soFarOf(interaction, context.clock.now());
  const personId = proved[0]?.personId ?? signedIn;
  const person = personId === undefined ? undefined : await context.record.people.find(personId);
  if (person === undefined) return {};
  const { displayName } = person;
  const step = [...proved, ...held].length > 0 ? 'one-more' : 'again';
  return { soFar: { displayName, step, switchHref: switchPath(interaction.uid) } };
}

/**
 * `GET /interaction/:uid/present?demand=`: opens a prompt and sends the browser to the bridge on the same machine.
 * By GET and 303, because `form-action` stops a form that ends at another origin.
 * @see RFC 8252 §7.3 (loopback redirect)
 */
export function getPresent(site: Site): RouteHandler {
  const { context, challengeKeys, bridgeUrl } = site;
  return opened(site, async (ctx, { interaction, client, uiLocales }) => {
    const { uid } = interaction;
    const wanted = queryText(ctx, 'demand');
    const offered = waysFor(site, { interaction, client }).find(({ way }) => way === wanted)?.way;
    const demand = offered === 'tap' || offered === 'pin' ? offered : undefined;
    if (demand === undefined) return redirect(ctx, interactionPath(uid));
    const { clientId } = client.policy;
    const { nonce, expiresAt } = await openPrompt(context, { clientId, demand, interactionUid: uid });
    const now = context.clock.now();
    const uiLocale = localeOf(ctx, uiLocales);
    const challenge = await signChallenge(
      { nonce, purpose: 'login', demand, clientName: client.name, uiLocale },
      challengeKeys.privateKey,
      {
        kid: challengeKeys.kid,
        issuer: context.issuer,
        issuedAt: Math.floor(now / msPerSecond),
        lifetimeSeconds: Math.ceil((expiresAt - now) / msPerSecond),
      },
    );
    redirect(ctx, `${bridgeUrl}${bridgePath}?challenge=${challenge}`);
  });
}

/** `GET /interaction/:uid/refused?reason=`: why the card did not sign in, in the person's language, with a way on. */
export function getRefused(site: Site): RouteHandler {
  return opened(site, async (ctx, { interaction: { uid }, client, uiLocales }) => {
    const given = queryText(ctx, 'reason');
    const denial = denialReasons.find((reason) => reason === given);
    const refusal = signInRefusals.find((reason) => reason === given);
    const reason = denial === undefined ? refusal && { signIn: refusal } : { denial };
    if (reason === undefined) return redirect(ctx, interactionPath(uid));
    const page = refusedPage(frameOf(ctx, site, uiLocales), {
      reason,
      ...(refusal === undefined ? {} : { switchHref: switchPath(uid) }),
      retryHref: interactionPath(uid),
      cancel: { href: cancelPath(uid), clientName: client.name },
    });
    answerPage(ctx, 403, page, { code: denial ?? refusal ?? '', client: client.name });
  });
}

/** `GET /interaction/:uid/switch`: somebody else than who is signed in, or began, goes on from the beginning. */
export function getSwitch(site: Site): RouteHandler {
  return opened(site, async (ctx, { interaction: { uid } }) => {
    await switchPerson(site.provider, uid);
    redirect(ctx, interactionPath(uid));
  });
}

/** `GET /interaction/:uid/cancel`: back to the client with `access_denied`. */
export function getCancel(site: Site): RouteHandler {
  return opened(site, async (ctx, { interaction: { uid } }) => {
    // A station that waited for a card is free for the next person at once.
    await leaveStation(site.context, uid);
    forgetInteraction(ctx, site.context.issuer, uid);
    redirect(ctx, (await cancelLogin(site.provider, uid)) ?? '/');
  });
}
