import { timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { presentPath } from '../../idp/wire/challenge.ts';
import { answer, answerTrouble } from './answers.ts';
import type { Presentation } from './presentation.ts';
import { paths, presentationPage } from './presentation-page.ts';
import type { Presentations } from './presentations.ts';
import { readForm } from './read-form.ts';
import type { RequestKind } from './request-guard.ts';

/** What a request asks for. */
export interface Route {
  readonly name: 'begin' | 'page' | 'change' | 'pin' | 'cancel' | 'script' | 'stylesheet' | 'nothing';
  readonly kind: RequestKind;
  readonly url: URL;
  /** Of the presentation; empty where there is none. */
  readonly id: string;
}

type Handler = (request: IncomingMessage, response: ServerResponse, route: Route) => Promise<void> | void;

/** Shorter than a request may take, so that a waiting page is always answered. */
const longPollMs = 10_000;
const presentationPath = /^\/present\/([\w-]{22})(?:\/(change|pin|cancel))?$/;
/** Marks the page to which a form's redirect leads: part of the form's way still, as browsers see it. */
const afterForm = 'sent';
const htmlType = { 'content-type': 'text/html; charset=utf-8' };
const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Finds the route of a request; everything unknown is a navigation to nowhere. */
export function routeOf({ method, url: target = '/' }: IncomingMessage): Route {
  const base = 'http://127.0.0.1';
  const url = new URL(URL.canParse(target, base) ? target : '/', base);
  const [, id = '', action] = presentationPath.exec(url.pathname) ?? [];
  const route = (name: Route['name'], kind: RequestKind): Route => ({ name, kind, url, id });
  if (method === 'POST' && (action === 'pin' || action === 'cancel')) return route(action, 'form');
  if (method !== 'GET') return route('nothing', 'navigation');
  if (url.pathname === presentPath) return route('begin', 'navigation');
  if (url.pathname === paths.script) return route('script', 'part-of-page');
  if (url.pathname === paths.stylesheet) return route('stylesheet', 'part-of-page');
  if (action === 'change') return route('change', 'part-of-page');
  return id !== '' && action === undefined ? route('page', 'navigation') : route('nothing', 'navigation');
}

/** What each route does, once the request was found to be fine. */
export function presentationRoutes(parts: {
  readonly presentations: Presentations;
  readonly now: () => number;
  readonly formOrigin: string;
  readonly demonstration: boolean;
}): { readonly [name in Route['name']]: Handler } {
  const { presentations, now, formOrigin, demonstration } = parts;
  const script = read('present.js');
  const stylesheet = read('present.css');

  /** 303 to the clean address: no challenge stays in the history, and reloading posts nothing twice. */
  const seeOther = (response: ServerResponse, location: string) =>
    answer(response, 303, { location }, '', formOrigin);

  const withForm =
    (act: (presentation: Presentation, form: URLSearchParams) => void): Handler =>
    async (request, response, { id }) => {
      const presentation = presentations.find(id);
      const form = await readForm(request);
      if (presentation === undefined) return answerTrouble(request, response, 'not-found', demonstration);
      if (form === undefined || !sameText(form.get('secret') ?? '', presentation.secret)) {
        return answerTrouble(request, response, 'bad-form', demonstration);
      }
      act(presentation, form);
      seeOther(response, `${paths.presentation}${id}?${afterForm}`);
    };

  return {
    begin: async (request, response, { url }) => {
      const begun = await presentations.begin(url.searchParams.get('challenge') ?? '');
      if (begun.outcome === 'refused') return answerTrouble(request, response, begun.trouble, demonstration);
      seeOther(response, `${paths.presentation}${begun.presentation.id}`);
    },
    page: (request, response, { id, url }) => {
      const presentation = presentations.find(id);
      if (presentation === undefined) return answerTrouble(request, response, 'not-found', demonstration);
      presentation.seen(now());
      const { stage } = presentation;
      if (stage.stage === 'done' && url.searchParams.has(afterForm)) {
        // The way leads on to the client, where `form-action` stops a form: a navigation of its own begins here.
        const headers = { ...htmlType, refresh: `0; url=${paths.presentation}${id}` };
        return answer(response, 200, headers, presentationPage(presentation, demonstration), formOrigin);
      }
      if (stage.stage === 'done') {
        presentation.enter({ stage: 'delivered' });
        return seeOther(response, stage.location);
      }
      answer(response, 200, htmlType, presentationPage(presentation, demonstration), formOrigin);
    },
    change: async (request, response, { id, url }) => {
      const presentation = presentations.find(id);
      if (presentation === undefined) return answerTrouble(request, response, 'not-found', demonstration);
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      await presentation.changeSince(Number(url.searchParams.get('seen')), longPollMs, now, gone.signal);
      const body = JSON.stringify({ revision: presentation.revision });
      answer(response, 200, { 'content-type': 'application/json' }, body);
    },
    pin: withForm((presentation, form) => {
      // Japanese input methods type full-width digits.
      const pin = (form.get('pin') ?? '').normalize('NFKC');
      presentation.submitPin({ pin, acceptLastTry: form.get('accept_last_try') === 'yes' });
    }),
    cancel: withForm((presentation) => presentation.enter({ stage: 'failed', failure: 'cancelled' })),
    script: (_request, response) => answer(response, 200, { 'content-type': 'text/javascript' }, script),
    stylesheet: (_request, response) => answer(response, 200, { 'content-type': 'text/css' }, stylesheet),
    nothing: (request, response) => answerTrouble(request, response, 'not-found', demonstration),
  };
}

function sameText(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}
