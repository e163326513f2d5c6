import type { Person } from '../domain/person.ts';
import { readTypedCode } from '../domain/typed-code.ts';
import { AccountGuesses } from '../flows/account-guesses.ts';
import { addPasskey, requestPasskey } from '../flows/add-passkey.ts';
import { firstPasskeyDonePage, firstPasskeyPage } from '../pages/add-passkey-page.ts';
import { textsOf } from '../pages/texts/of-locale.ts';
import { answerFailure } from './fault-to-status.ts';
import { answeredTooManyAttempts, noteWrongCode } from './limited.ts';
import { answerRefusal } from './me-passkeys.ts';
import { isFromOwnPage, ownPages } from './own-session.ts';
import { readJson } from './read-body.ts';
import { clientAddressOf, type RequestContext, type RouteHandler } from './request-context.ts';
import { localeOf } from './request-locale.ts';
import { answerPage, frameOf, type Site } from './site.ts';

const maxBytes = 32_768;

/** Where somebody goes with an approver's code. */
export const firstPasskeyPath = '/passkey';
export const firstPasskeyOptionsPath = '/passkey/options';
export const firstPasskeyDonePath = '/passkey/done';

/** `GET /passkey`: asks for user ID and code. */
export function getFirstPasskey(site: Site): RouteHandler {
  return async (ctx) => {
    const paths = { action: firstPasskeyPath, optionsPath: firstPasskeyOptionsPath };
    answerPage(ctx, 200, firstPasskeyPage(frameOf(ctx, site), paths));
  };
}

/** `GET /passkey/done` */
export function getFirstPasskeyDone(site: Site): RouteHandler {
  return async (ctx) => {
    answerPage(ctx, 200, firstPasskeyDonePage(frameOf(ctx, site), { passkeysPath: ownPages.passkeys }));
  };
}

/** The two steps: `POST /passkey/options` gives what the browser asks its authenticator, `POST /passkey` adds the passkey. */
export function firstPasskeySteps(site: Site): {
  readonly options: RouteHandler;
  readonly add: RouteHandler;
} {
  const guesses = new AccountGuesses(site.context.clock);
  const { context } = site;
  return {
    options: step(site, guesses, async (ctx, { person, code }) => {
      const asked = await requestPasskey(context, { person, grounds: { type: 'code', code } });
      if (asked.outcome === 'refused') return asked.reason;
      ctx.body = { options: asked.options };
      return undefined;
    }),
    add: step(site, guesses, async (ctx, { person, code, name, response }) => {
      const grounds = { type: 'code', code } as const;
      const added = await addPasskey(context, { person, grounds, name, response });
      if (added.outcome === 'refused') return added.reason;
      ctx.body = { location: firstPasskeyDonePath };
      return undefined;
    }),
  };
}

interface Sent {
  readonly person: Person;
  readonly code: string;
  readonly name: string;
  readonly response: unknown;
}

type Step = (ctx: RequestContext, sent: Sent) => Promise<Parameters<typeof answerRefusal>[1] | undefined>;

/** Wrong codes are counted by account and address; an unknown person is answered as a wrong code is. */
function step(site: Site, guesses: AccountGuesses, run: Step): RouteHandler {
  return async (ctx) => {
    if (!isFromOwnPage(ctx, site)) {
      return answerFailure(ctx, site, { status: 403, trouble: 'cross-site', error: 'cross_site' });
    }
    if (answeredTooManyAttempts(ctx, site)) return;
    const sent = await readJson(ctx, maxBytes);
    const [uid, code, name] = [text(sent.uid), readTypedCode(text(sent.code)), text(sent.name)];
    const address = clientAddressOf(ctx);
    if (guesses.areStopped(uid, address)) {
      ctx.status = 429;
      ctx.body = { error: 'too_many_attempts', ...textsOf(localeOf(ctx)).passkeys.tooManyGuesses };
      return;
    }
    const person = await site.context.record.people.find(uid);
    const refusal =
      person === undefined
        ? 'code-wrong'
        : await run(ctx, { ...sent, person, code, name, response: sent.response });
    if (refusal === undefined) return;
    if (refusal === 'code-wrong') {
      noteWrongCode(ctx, site);
      guesses.note(uid, address);
    }
    answerRefusal(ctx, refusal);
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, 200) : '';
}
