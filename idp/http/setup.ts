import { InvalidInput } from '../domain/fault.ts';
import { checkSetup, makeFirstAdministrator } from '../flows/first-administrator.ts';
import { type SetupField, type SetupForm, setupDonePage, setupPage } from '../pages/setup-page.ts';
import type { SetupRefusal } from '../pages/texts/catalogue.ts';
import { textsOf } from '../pages/texts/of-locale.ts';
import { explanationPage } from '../pages/trouble-page.ts';
import { answerFailure } from './fault-to-status.ts';
import { answeredTooManyAttempts, noteWrongCode } from './limited.ts';
import { readForm } from './read-body.ts';
import { queryText, type RouteContext, type RouteHandler } from './request-context.ts';
import { answerPage, frameOf, type Site } from './site.ts';

const maxFormBytes = 8_192;

const fieldOfCode: { readonly [code: string]: SetupField } = {
  ERR_ORGANIZATION_NAME: 'organization',
  ERR_PERSON_NAME: 'displayName',
  ERR_PERSON_UID: 'uid',
};

/** `GET /setup?token=`: the form that makes the first administrator, for whoever holds the one-time link. */
export function getSetup(site: Site): RouteHandler {
  return async (ctx) => {
    if (answeredTooManyAttempts(ctx, site)) return;
    const token = queryText(ctx, 'token') ?? '';
    const checked = await checkSetup(site.context, token);
    if (checked !== 'open') return refuse(ctx, site, checked);
    answerPage(ctx, 200, setupPage(frameOf(ctx, site), { token, values: {} }));
  };
}

/** `POST /setup`: makes the first administrator, once. */
export function postSetup(site: Site): RouteHandler {
  return async (ctx) => {
    if (answeredTooManyAttempts(ctx, site)) return;
    if (!fromOurOwnPage(ctx, site)) {
      return answerFailure(ctx, site, { status: 403, trouble: 'cross-site', error: 'cross_site' });
    }
    const field = await readForm(ctx, maxFormBytes);
    const values = {
      organization: field('organization'),
      displayName: field('displayName'),
      uid: field('uid'),
    };
    await make(ctx, site, { token: field('token'), values });
  };
}

async function make(
  ctx: RouteContext,
  site: Site,
  form: SetupForm & { values: Required<SetupForm['values']> },
) {
  try {
    const outcome = await makeFirstAdministrator(site.context, { token: form.token, ...form.values });
    if (outcome.outcome === 'refused') return refuse(ctx, site, outcome.reason);
    const { person, inviteCode, inviteExpiresAt } = outcome;
    const { displayName } = person;
    answerPage(ctx, 200, setupDonePage(frameOf(ctx, site), { displayName, inviteCode, inviteExpiresAt }));
  } catch (error) {
    const wrong = error instanceof InvalidInput ? fieldOfCode[error.code] : undefined;
    if (wrong === undefined) throw error;
    // A wrong token learns nothing of the form's rules, and the form is not shown without the right one.
    const checked = await checkSetup(site.context, form.token);
    if (checked !== 'open') return refuse(ctx, site, checked);
    answerPage(ctx, 422, setupPage(frameOf(ctx, site), { ...form, wrong }));
  }
}

function refuse(ctx: RouteContext, site: Site, reason: SetupRefusal): void {
  if (reason === 'setup-token-wrong') noteWrongCode(ctx, site);
  const frame = frameOf(ctx, site);
  answerPage(ctx, 403, explanationPage(frame, textsOf(frame.locale).reasons.setup[reason], reason), {
    code: reason,
  });
}

/** Browsers say where a form was sent from; a program sends neither header and holds the token anyway. */
function fromOurOwnPage(ctx: RouteContext, { context }: Site): boolean {
  const origin = ctx.get('origin');
  return origin === '' || origin === new URL(context.issuer).origin;
}
