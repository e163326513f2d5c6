import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSetup } from '../../../idp/flows/first-administrator.ts';
import { Browser } from './support/browser.ts';
import { type RunningIdp, runIdp } from './support/running-idp.ts';

let idp: RunningIdp;
let token: string;
let browser: Browser;
const form = { organization: '見本市', displayName: '見本 花子', uid: 'hanako.mihon' };

beforeEach(async () => {
  idp = await runIdp();
  token = (await openSetup(idp.context))?.token ?? '';
  browser = new Browser('en');
});
afterEach(() => idp.close());

const setupUrl = (with_: string) => `${idp.issuer}/setup?token=${with_}`;
const submit = (changes: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  browser.post(`${idp.issuer}/setup`, { token, ...form, ...changes }, headers);

it('the link leads to a form, the form to an administrator and an invitation for the card', async () => {
  const page = await browser.get(setupUrl(token));
  expect(page.status).toBe(200);
  expect(page.text).toContain('Make the first administrator');
  const done = await submit({}, { origin: idp.issuer });
  expect(done.status).toBe(200);
  const code = /<p class="code"><code>(\w{20,})<\/code>/.exec(done.text)?.[1] ?? '';
  const invitation = await idp.context.record.invitations.find(idp.context.secrets.hash(code));
  const person = await idp.context.record.people.find('hanako.mihon');
  expect(person).toMatchObject({ displayName: '見本 花子', roles: ['administrator'], state: 'active' });
  expect(invitation?.personId).toBe(person?.personId);
});

it('the link is good once', async () => {
  await submit();
  const again = await submit({ uid: 'second' });
  expect(again.status).toBe(403);
  expect(again.text).toContain('The first administrator exists already.');
  expect((await browser.get(setupUrl(token))).status).toBe(403);
  expect(await idp.context.record.people.find('second')).toBeUndefined();
});

it('of ten who submit at once, one becomes administrator', async () => {
  const uids = Array.from({ length: 10 }, (_, index) => `admin${index}`);
  const answers = await Promise.all(uids.map((uid) => submit({ uid })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const people = await idp.context.record.people.list();
  expect(people.filter(({ roles }) => roles.includes('administrator'))).toHaveLength(1);
});

it('the link ends after 15 minutes', async () => {
  idp.clock.advance(900);
  expect((await browser.get(setupUrl(token))).text).toContain('This link has expired');
  expect((await submit()).status).toBe(403);
});

it.each([
  ['uid', '花子', 'The user ID begins with'],
  ['uid', '', 'The user ID begins with'],
  ['displayName', '   ', 'Enter the name'],
  ['organization', 'x'.repeat(201), 'Enter the organisation’s name'],
])('a %s of %j is told beside its field, and nothing typed is lost', async (field, value, message) => {
  const page = await submit({ [field]: value });
  expect(page.status).toBe(422);
  expect(page.text).toContain(message);
  expect(page.text).toContain(`id="${field}-error"`);
  expect(page.text).toContain('value="見本');
  expect((await submit()).status).toBe(200);
});

it('without the token the form’s rules say nothing', async () => {
  const page = await submit({ token: 'wrong', uid: '花子' });
  expect(page.status).toBe(403);
  expect(page.text).toContain('This link is not right.');
});

it('hostile words stay words', async () => {
  const page = await submit({ displayName: '"><script>alert(1)</script>', uid: '<b>' });
  expect(page.text).not.toContain('<script>alert');
  expect(page.text).toContain('&lt;script&gt;');
});

it('a form from another site is not taken', async () => {
  for (const origin of ['https://evil.example', 'null']) {
    const page = await submit({}, { origin });
    expect(page.status).toBe(403);
    expect(page.text).toContain('What another site sends is not taken.');
  }
  expect(await idp.context.record.people.list()).toEqual([]);
});

it('a form too large is not read', async () => {
  expect((await submit({ displayName: 'x'.repeat(20_000) })).status).toBe(413);
});

it('whoever guesses tokens has to wait, also with the right one', async () => {
  for (let guess = 0; guess < 20; guess += 1) await browser.get(setupUrl(`guess-${guess}`));
  const limited = await browser.get(setupUrl(token));
  expect(limited.status).toBe(429);
  expect(limited.text).toContain('Wait a few minutes and try again.');
  idp.clock.advance(Number(limited.headers.get('retry-after')));
  expect((await browser.get(setupUrl(token))).status).toBe(200);
});
