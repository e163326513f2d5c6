import { InvalidInput } from '../domain/fault.ts';
import { passkeyProofAcrs, passkeyProofSeconds } from '../domain/passkey.ts';
import { actor } from '../domain/registration.ts';
import {
  addPasskey,
  type PasskeyGrounds,
  type PasskeyRefusal,
  requestPasskey,
} from '../flows/add-passkey.ts';
import { removePasskey, renamePasskey } from '../flows/manage-passkeys.ts';
import { addPasskeyPage } from '../pages/add-passkey-page.ts';
import { passkeysPage } from '../pages/passkeys-page.ts';
import { textsOf } from '../pages/texts/of-locale.ts';
import { explanationPage } from '../pages/trouble-page.ts';
import { freshAt, type OwnSession, ownForm, ownPage, ownPages } from './own-session.ts';
import { readForm, readJson } from './read-body.ts';
import { redirect } from './redirect.ts';
import type { RequestContext, RouteHandler } from './request-context.ts';
import { localeOf } from './request-locale.ts';
import { answerPage, frameOf, type Site } from './site.ts';

const maxBytes = 32_768;
const path = ownPages.passkeys;
const proof = { acrs: passkeyProofAcrs, withinSeconds: passkeyProofSeconds };

/** `GET /me/passkeys`: somebody's own. */
export function getPasskeys(site: Site): RouteHandler {
  return ownPage(site, 'passkeys', async (ctx, { personId }) => {
    const passkeys = await site.context.record.passkeys.findByPerson(personId);
    const page = passkeysPage(frameOf(ctx, site), { passkeys, path, addPath: ownPages['passkeys-add'] });
    answerPage(ctx, 200, page);
  });
}

/** `GET /me/passkeys/add`: after card and PIN or a passkey within the last five minutes. */
export function getAddPasskey(site: Site): RouteHandler {
  return ownPage(
    site,
    'passkeys-add',
    async (ctx, own) => {
      const asked = await requestPasskey(site.context, { person: own.person, grounds: groundsOf(site, own) });
      const frame = frameOf(ctx, site);
      if (asked.outcome === 'refused') {
        const explanation = textsOf(frame.locale).passkeys.refusal[asked.reason];
        return answerPage(ctx, 403, explanationPage(frame, explanation, asked.reason));
      }
      answerPage(ctx, 200, addPasskeyPage(frame, { action: path, options: asked.options }));
    },
    proof,
  );
}

/** `POST /me/passkeys`: what the browser made, as JSON. */
export function postPasskey(site: Site): RouteHandler {
  return ownForm(site, 'passkeys', async (ctx, own) => {
    const { response, name } = await readJson(ctx, maxBytes);
    const added = await addPasskey(site.context, {
      person: own.person,
      grounds: groundsOf(site, own),
      response,
      name: typeof name === 'string' ? name : '',
    });
    if (added.outcome === 'added') {
      ctx.body = { location: path };
      return;
    }
    answerRefusal(ctx, added.reason);
    // To try again with: the challenge of before may be taken.
    const asked = await requestPasskey(site.context, { person: own.person, grounds: groundsOf(site, own) });
    if (asked.outcome === 'offered') Object.assign(ctx.body as object, { options: asked.options });
  });
}

/** `POST /me/passkeys/:id/name` */
export function postPasskeyName(site: Site): RouteHandler {
  return ownForm(site, 'passkeys', async (ctx, { personId }) => {
    const field = await readForm(ctx, maxBytes);
    const request = { ...owned(ctx.params.id, personId), name: field('name') };
    await unlessGone(renamePasskey(site.context, request));
    redirect(ctx, path);
  });
}

/** `POST /me/passkeys/:id/remove` */
export function postPasskeyRemoval(site: Site): RouteHandler {
  return ownForm(site, 'passkeys', async (ctx, { personId }) => {
    await unlessGone(removePasskey(site.context, owned(ctx.params.id, personId)));
    redirect(ctx, path);
  });
}

/** A refusal in the person's language, for the page's script. */
export function answerRefusal(ctx: RequestContext, reason: PasskeyRefusal): void {
  ctx.status = 403;
  ctx.body = { error: reason, ...textsOf(localeOf(ctx)).passkeys.refusal[reason] };
}

function owned(passkey: string | undefined, personId: OwnSession['personId']) {
  return { passkey: passkey ?? '', personId, actor: actor('person', personId) };
}

/** The list shows what there is: a form sent twice, or an emptied name, is answered by it. */
async function unlessGone(change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (error) {
    const { code } = error instanceof InvalidInput ? error : { code: undefined };
    if (code !== 'ERR_PASSKEY_UNKNOWN' && code !== 'ERR_PASSKEY_NAME') throw error;
  }
}

function groundsOf({ context }: Site, own: OwnSession): PasskeyGrounds {
  const provedAt = freshAt(own, proof, context.clock.now());
  return { type: 'proof', sessionUid: own.sessionUid, provedAt };
}
