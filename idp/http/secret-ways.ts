import type { ClientId } from '../domain/login-policy.ts';
import type { WayName } from '../domain/way.ts';
import { AccountGuesses } from '../flows/account-guesses.ts';
import type { FactorOutcome } from '../flows/decide-otherwise.ts';
import { logInWithCode } from '../flows/log-in-with-code.ts';
import { logInWithPassword } from '../flows/log-in-with-password.ts';
import { interactionPath } from '../oidc/provider.ts';
import { type SecretForm, secretPage } from '../pages/secret-page.ts';
import type { Explanation, Texts } from '../pages/texts/catalogue.ts';
import { textsOf } from '../pages/texts/of-locale.ts';
import { goOnWith } from './go-on.ts';
import { cancelPath, codePath, passwordPath, refusedPath } from './interaction-paths.ts';
import { answeredTooManyAttempts, noteWrongCode } from './limited.ts';
import { type Opened, opened } from './opened-interaction.ts';
import { formTokenOf, readOwnForm } from './own-form.ts';
import { redirect } from './redirect.ts';
import {
  clientAddressOf,
  type RequestContext,
  type RouteContext,
  type RouteHandler,
} from './request-context.ts';
import { waysFor } from './sign-in-ways.ts';
import { answerPage, frameOf, type Site } from './site.ts';

/** Longer than any name or password that a directory takes. */
const maxLetters = 256;

interface Typed {
  readonly clientId: ClientId;
  readonly uid: string;
  readonly secret: string;
  readonly remoteAddress: string;
}

type Outcome =
  | FactorOutcome
  | {
      readonly outcome: 'refused';
      readonly reason: string;
      readonly status: 403 | 429;
      explain(texts: Texts): Explanation;
    };

/** A way that asks for a name and a secret on a form of ours. */
interface SecretWay {
  readonly way: WayName;
  readonly kind: SecretForm['kind'];
  path(uid: string): string;
  take(ctx: RequestContext, typed: Typed): Promise<Outcome>;
}

/** The two handlers of a form: `get` shows it, `post` takes it. */
export interface SecretWayRoutes {
  readonly get: RouteHandler;
  readonly post: RouteHandler;
}

/** The form for the directory password: the directory is asked, and nothing that was typed is kept. */
export function passwordWay(site: Site): SecretWayRoutes {
  return routesOf(site, {
    ...{ way: 'password', kind: 'password', path: passwordPath },
    async take(_ctx, { secret, ...typed }) {
      const outcome = await logInWithPassword(site.context, { ...typed, password: secret });
      if (outcome.outcome !== 'refused') return outcome;
      const { reason } = outcome;
      const status = reason === 'too-many-tries' ? 429 : 403;
      return { outcome: 'refused', reason, status, explain: ({ reasons }) => reasons.password[reason] };
    },
  });
}

/** The form for an approver's code: wrong ones are counted by account and by address. */
export function codeWay(site: Site): SecretWayRoutes {
  const guesses = new AccountGuesses(site.context.clock);
  return routesOf(site, {
    ...{ way: 'temporary', kind: 'code', path: codePath },
    async take(ctx, { secret, ...typed }) {
      const { uid, remoteAddress } = typed;
      const isStopped = guesses.areStopped(uid, remoteAddress);
      const outcome = await logInWithCode(site.context, { ...typed, code: secret, isStopped });
      if (outcome.outcome !== 'refused') return outcome;
      const { reason } = outcome;
      if (reason === 'code-wrong') {
        guesses.note(uid, remoteAddress);
        noteWrongCode(ctx, site);
      }
      const status = reason === 'too-many-tries' ? 429 : 403;
      return { outcome: 'refused', reason, status, explain: ({ reasons }) => reasons.code[reason] };
    },
  });
}

function routesOf(site: Site, way: SecretWay): SecretWayRoutes {
  return {
    get: opened(site, async (ctx, open) => {
      if (!isOffered(site, way, open)) return redirect(ctx, interactionPath(open.interaction.uid));
      showForm(ctx, site, way, open, 200, { uid: hintedName(open) });
    }),
    post: opened(site, async (ctx, open) => {
      if (way.kind === 'code' && answeredTooManyAttempts(ctx, site)) return;
      await post(ctx, site, way, open);
    }),
  };
}

async function post(ctx: RouteContext, site: Site, way: SecretWay, open: Opened): Promise<void> {
  const { interaction, client } = open;
  const field = await readOwnForm(ctx, site, interaction);
  if (field === undefined) return;
  if (!isOffered(site, way, open)) return redirect(ctx, interactionPath(interaction.uid));
  const uid = field('uid').trim().slice(0, maxLetters);
  const { clientId } = client.policy;
  const outcome = await way.take(ctx, {
    ...{ clientId, uid, secret: field('secret').slice(0, maxLetters), remoteAddress: clientAddressOf(ctx) },
  });
  if (outcome.outcome === 'granted') return goOnWith(ctx, site, interaction.uid, outcome.factor);
  if (outcome.outcome === 'denied') return redirect(ctx, refusedPath(interaction.uid, outcome.reason));
  const { locale } = frameOf(ctx, site, open.uiLocales);
  showForm(
    ctx,
    site,
    way,
    open,
    outcome.status,
    { uid, refusal: outcome.explain(textsOf(locale)) },
    outcome.reason,
  );
}

function isOffered(site: Site, { way }: SecretWay, open: Opened): boolean {
  return waysFor(site, open).some((offered) => offered.way === way);
}

/** @see OpenID Connect Core §3.1.2.1 (`login_hint`) */
function hintedName({ interaction: { params } }: Opened): string {
  const { login_hint: hint } = params;
  return typeof hint === 'string' ? hint.slice(0, maxLetters) : '';
}

function showForm(
  ctx: RouteContext,
  site: Site,
  { kind, path }: SecretWay,
  { interaction, client, uiLocales }: Opened,
  status: number,
  form: Pick<SecretForm, 'uid' | 'refusal'>,
  code?: string,
): void {
  const { uid } = interaction;
  const page = secretPage(frameOf(ctx, site, uiLocales), {
    ...{ ...form, kind, clientName: client.name, action: path(uid) },
    token: formTokenOf(site, interaction),
    otherWaysHref: interactionPath(uid),
    cancelHref: cancelPath(uid),
  });
  answerPage(ctx, status, page, code === undefined ? undefined : { code, client: client.name });
}
