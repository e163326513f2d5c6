import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noFiles } from '../../../idp/commands/command.ts';
import { recordCommands } from '../../../idp/commands/registry.ts';
import { actor } from '../../../idp/domain/registration.ts';
import { Browser, type Page } from './support/browser.ts';
import { RelyingParty } from './support/relying-party.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';

let idp: RunningIdp;
let kintai: RelyingParty;
beforeAll(async () => {
  idp = await runIdp();
  kintai = await RelyingParty.discover(idp.issuer, await idp.addClient('勤怠 Kintai', ['card-pin']));
});
afterAll(() => idp.close());
beforeEach(() => {
  // Beyond what one address is noted for at a time.
  idp.clock.advance(301);
});

const shownOn = (page: Page): string =>
  /<code class="reference-number">([^<]*)<\/code>/.exec(page.text)?.[1] ?? '';

/** `kazasu audit find REFERENCE`. */
async function find(reference: string) {
  const command = recordCommands.find(({ name }) => name === 'audit find');
  const input = await command?.read({ positional: [reference], options: {} });
  const output = await command?.run(idp.context, input, actor('os', 0), () => undefined, noFiles());
  return { output, text: command?.text(output) ?? '' };
}

const at = (path: string, browser = new Browser('en')) => browser.get(`${idp.issuer}${path}`);

async function refusal(): Promise<Page> {
  const browser = new Browser('en');
  const page = await browser.follow((await kintai.start()).url);
  return browser.get(`${page.url}/refused?reason=card-suspended`);
}

describe('an error page', () => {
  it.each<[string, () => Promise<Page>, object]>([
    [
      'of a page that is not there',
      () => at('/nothing'),
      { status: 404, code: 'not-found', path: '/nothing' },
    ],
    ['of a refused card', refusal, { status: 403, code: 'card-suspended', client: '勤怠 Kintai' }],
    [
      'of a sign-in that is over',
      () => at('/interaction/AAAAAAAAAAAAAAAAAAAAA'),
      { status: 400, code: 'sign-in-expired' },
    ],
    [
      'of a return that leads nowhere',
      () => at('/interaction/return?code=x'),
      { status: 403, code: 'return-code-unknown' },
    ],
    ['of a wrong setup link', () => at('/setup?token=wrong'), { status: 403, code: /setup/ }],
    [
      'of a request of an unknown system',
      () => at('/authorize?client_id=nobody'),
      { status: 400, code: /invalid_client/ },
    ],
  ])('%s shows a reference by which an administrator finds what it was', async (_what, ask, expected) => {
    const page = await ask();
    const reference = shownOn(page);
    expect(reference).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const { output, text } = await find(reference.toLowerCase().replace('-', ''));
    for (const [name, value] of Object.entries(expected)) {
      const found = Reflect.get(output as object, name);
      if (value instanceof RegExp) expect(found).toMatch(value);
      else expect(found).toBe(value);
    }
    expect(text).toContain(reference);
    expect(idp.log.some((line) => line.startsWith(`${reference}: `))).toBe(true);
  });

  it('shows another one each time', async () => {
    expect(shownOn(await at('/nothing'))).not.toBe(shownOn(await at('/nothing')));
  });

  it('of an outage shows one too: what cannot be kept stands on the log', async () => {
    const browser = new Browser('en');
    const page = await browser.follow((await kintai.start()).url);
    idp.oidcState.down = true;
    const broken = await browser.get(page.url);
    idp.oidcState.down = false;
    expect(broken.status).toBe(503);
    const reference = shownOn(broken);
    expect(idp.log.filter((line) => line.startsWith(reference))).toHaveLength(2);
    await expect(find(reference)).rejects.toMatchObject({ code: 'ERR_REFERENCE_UNKNOWN' });
  });

  it('keeps no code, no token and nothing else of a query, on the log neither', async () => {
    const secret = 'SeCrEtSeCrEtSeCrEtSeCrEt';
    const page = await at(`/interaction/return?code=${secret}`);
    await at(`/setup?token=${secret}`);
    await at(`/logout?id_token_hint=${secret}`);
    expect(JSON.stringify((await find(shownOn(page))).output)).not.toContain(secret);
    expect(idp.log.join('\n')).not.toContain(secret);
  });

  it('makes one line of whatever was asked for', async () => {
    const page = await at('/%0aforged%20line%1b[31m');
    const lines = idp.log.filter((line) => line.includes(shownOn(page)));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[ -~]*$/);
  });

  it('is noted so often for one address and no more: nobody fills the disk with nonsense', async () => {
    const before = idp.log.length;
    for (let asked = 0; asked < 230; asked += 1) await at('/nothing');
    expect(idp.log.length - before).toBe(200);
  });
});

it('a page that is no error shows none, and a reference of nobody’s is told so', async () => {
  expect(shownOn(await at('/'))).toBe('');
  await expect(find('0000-0000')).rejects.toMatchObject({ code: 'ERR_REFERENCE_UNKNOWN' });
  await expect(find('nonsense')).rejects.toMatchObject({ code: 'ERR_REFERENCE_UNKNOWN' });
});

it('what a page was is forgotten after a month', async () => {
  const reference = shownOn(await at('/nothing'));
  expect((await find(reference)).output).toMatchObject({ status: 404 });
  idp.clock.advance(30 * 86_400);
  await expect(find(reference)).rejects.toMatchObject({ code: 'ERR_REFERENCE_UNKNOWN' });
});
