import { logInWithPassword } from '../flows/log-in-with-password.ts';
import { interactionPath } from '../oidc/provider.ts';
import { passwordPage } from '../pages/password-page.ts';
import { goOnWith } from './go-on.ts';
import { cancelPath, passwordPath, refusedPath } from './interaction-paths.ts';
import { type Opened, opened } from './opened-interaction.ts';
import { formTokenOf, readOwnForm } from './own-form.ts';
import { redirect } from './redirect.ts';
import { clientAddressOf, type RouteContext, type RouteHandler } from './request-context.ts';
import { waysFor } from './sign-in-ways.ts';
import { answerPage, frameOf, type Site } from './site.ts';

/** Longer than any name or password that a directory takes. */
const maxLetters = 256;

/** `GET /interaction/:uid/password`: the form for the directory password. */
export function getPassword(site: Site): RouteHandler {
  return opened(site, async (ctx, open) => {
    if (!isOffered(site, open)) return redirect(ctx, interactionPath(open.interaction.uid));
    showForm(ctx, site, open, 200, { uid: hintedName(open) });
  });
}

/** `POST /interaction/:uid/password`: asks the directory, and keeps nothing of what was typed. */
export function postPassword(site: Site): RouteHandler {
  return opened(site, async (ctx, open) => {
    const { interaction, client } = open;
    const field = await readOwnForm(ctx, site, interaction);
    if (field === undefined) return;
    if (!isOffered(site, open)) return redirect(ctx, interactionPath(interaction.uid));
    const uid = field('uid').trim().slice(0, maxLetters);
    const password = field('password').slice(0, maxLetters);
    const { clientId } = client.policy;
    const outcome = await logInWithPassword(site.context, {
      ...{ clientId, uid, password, remoteAddress: clientAddressOf(ctx) },
    });
    if (outcome.outcome === 'granted') return goOnWith(ctx, site, interaction.uid, outcome.factor);
    if (outcome.outcome === 'denied') return redirect(ctx, refusedPath(interaction.uid, outcome.reason));
    showForm(ctx, site, open, outcome.reason === 'too-many-tries' ? 429 : 403, {
      ...{ uid, refusal: outcome.reason },
    });
  });
}

function isOffered(site: Site, open: Opened): boolean {
  return waysFor(site, open).some(({ way }) => way === 'password');
}

/** @see OpenID Connect Core §3.1.2.1 (`login_hint`) */
function hintedName({ interaction: { params } }: Opened): string {
  const { login_hint: hint } = params;
  return typeof hint === 'string' ? hint.slice(0, maxLetters) : '';
}

function showForm(
  ctx: RouteContext,
  site: Site,
  { interaction, client, uiLocales }: Opened,
  status: number,
  form: Pick<Parameters<typeof passwordPage>[1], 'uid' | 'refusal'>,
): void {
  const { uid } = interaction;
  const page = passwordPage(frameOf(ctx, site, uiLocales), {
    ...form,
    clientName: client.name,
    action: passwordPath(uid),
    token: formTokenOf(site, interaction),
    otherWaysHref: interactionPath(uid),
    cancelHref: cancelPath(uid),
  });
  const code = form.refusal;
  answerPage(ctx, status, page, code === undefined ? undefined : { code, client: client.name });
}
