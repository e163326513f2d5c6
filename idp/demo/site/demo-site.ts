import { PassThrough } from 'node:stream';
import { Router } from '@koa/router';
import { readForm } from '../../http/read-body.ts';
import { type Middleware, queryText, type RequestContext } from '../../http/request-context.ts';
import { answerPage, frameOf } from '../../http/site.ts';
import { findSample, type SamplePerson, samplePeople } from '../people.ts';
import { isPerformedAct, type Stage } from '../perform.ts';
import type { World } from '../world.ts';
import { demoAssets } from './demo-assets.ts';
import { demoPage } from './demo-page.ts';
import { standingOf } from './standing.ts';

const maxFormBytes = 2_048;
const heartbeatMs = 20_000;

/** The routes of the page, in front of the provider's own on the same origin. */
export function demoSite(world: World, stage: Stage): Middleware {
  const router = new Router({ prefix: '/demo' });
  router.get('/', (ctx) => showPage(ctx, world));
  router.post('/acts', (ctx) => perform(ctx, world, stage));
  router.get('/by-hand', async (ctx) => {
    // A foreign page shall not be able to put a card on the reader.
    if (!isOwnRequest(ctx, world.issuer)) return forbid(ctx);
    stage.offer(personOf(queryText(ctx, 'person')));
    ctx.status = 303;
    ctx.redirect(`${world.kiosk.url}?lang=${frameOf(ctx, { demoBanner: true }).locale}`);
  });
  router.get('/events', (ctx) => streamChanges(ctx, world));
  for (const asset of Object.values(demoAssets)) {
    router.get(asset.path.slice('/demo'.length), async (ctx) => {
      ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
      ctx.type = asset.type;
      ctx.body = asset.body;
    });
  }
  return router.routes() as Middleware;
}

async function showPage(ctx: RequestContext, world: World): Promise<void> {
  const chosen = personOf(queryText(ctx, 'person'));
  const standings = await Promise.all(samplePeople.map((person) => standingOf(world, person)));
  answerPage(ctx, 200, demoPage(frameOf(ctx, { demoBanner: true }), { world, standings, chosen }));
}

async function perform(ctx: RequestContext, world: World, stage: Stage): Promise<void> {
  if (!isOwnRequest(ctx, world.issuer)) return forbid(ctx);
  const field = await readForm(ctx, maxFormBytes);
  const act = field('act');
  const person = personOf(field('person'));
  if (isPerformedAct(act)) await stage.perform(act, person, frameOf(ctx, { demoBanner: true }).locale);
  ctx.status = 303;
  ctx.redirect(`/demo?person=${encodeURIComponent(person.uid)}#way`);
}

/** Tells an open page that something happened, as when the visitor walks the kiosk in another window. @see HTML §9.2 */
async function streamChanges(ctx: RequestContext, { journal }: World): Promise<void> {
  const stream = new PassThrough();
  const send = () => stream.write(`data: ${journal.acts.at(-1)?.number ?? 0}\n\n`);
  const stop = journal.onChange(send);
  const heartbeat = setInterval(() => stream.write(': \n\n'), heartbeatMs);
  stream.write(': \n\n');
  stream.once('close', () => {
    clearInterval(heartbeat);
    stop();
  });
  ctx.req.once('close', () => stream.destroy());
  ctx.type = 'text/event-stream';
  ctx.body = stream;
}

/** @see W3C Fetch Metadata Request Headers §2.4; older browsers say it by Origin */
function isOwnRequest(ctx: RequestContext, issuer: string): boolean {
  const site = ctx.get('sec-fetch-site');
  return site === '' ? ctx.get('origin') === issuer : site === 'same-origin';
}

function forbid(ctx: RequestContext): void {
  ctx.status = 403;
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = 'This is done from the demonstration page itself.\n';
}

function personOf(uid: string | undefined): SamplePerson {
  const person = findSample(uid) ?? samplePeople[0];
  if (person === undefined) throw new TypeError('nobody to be');
  return person;
}
