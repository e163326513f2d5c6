import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDirectoryPasswords } from '../../connectors/directory/directory-passwords.ts';
import { parseUserNameTemplate } from '../../idp/domain/directory-user-name.ts';
import { actor } from '../../idp/domain/registration.ts';
import { issueTemporaryCode } from '../../idp/flows/issue-temporary-code.ts';
import { PasswordChecks } from '../../idp/flows/password-checks.ts';
import { type RunningIdp, runIdp } from '../idp/http/support/running-idp.ts';
import { launchChromium } from '../support/chromium.ts';
import { requirePrograms } from '../support/programs.ts';
import { type RelyingParty, startRelyingParty } from '../support/relying-party.ts';
import { ldifEntry, type Slapd, startSlapd } from '../support/slapd.ts';

const missing = requirePrograms('chromium', 'slapd');
const suffix = 'dc=city,dc=example';
const right = 'かざす "p\\ss" ✓';

/** Chromium, and a directory that is OpenLDAP: the ways that need no card. */
describe.skipIf(missing)('a browser without a card reader', () => {
  let slapd: Slapd;
  let idp: RunningIdp;
  let party: RelyingParty;
  let chromium: Browser;

  beforeAll(async () => {
    slapd = await startSlapd({
      suffix,
      ldif: [
        ldifEntry(suffix, { objectClass: ['dcObject', 'organization'], dc: 'city', o: 'city' }),
        ldifEntry(`uid=hanako,${suffix}`, {
          ...{ objectClass: 'inetOrgPerson', uid: 'hanako', cn: 'hanako', sn: 'hanako', userPassword: right },
        }),
      ].join(''),
    });
    const directory = createDirectoryPasswords({
      ...{ url: slapd.url, startTls: false, caFile: '' },
      userName: parseUserNameTemplate(`uid={uid},${suffix}`),
    });
    idp = await runIdp({}, (clock) => ({ passwords: new PasswordChecks(directory, clock) }));
    await idp.addPerson('hanako');
    party = await startRelyingParty(idp.issuer);
    chromium = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await chromium?.close();
    await party?.close();
    await idp?.close();
    await slapd?.close();
  });

  async function visit(locale: string, work: (page: Page) => Promise<void>): Promise<void> {
    const context = await chromium.newContext({ locale, viewport: { width: 320, height: 640 } });
    try {
      await work(await context.newPage());
    } finally {
      await context.close();
    }
  }

  const wordsOf = {
    'ja-JP': {
      way: 'パスワードを入力する',
      uid: 'ユーザー名',
      password: 'パスワード',
      code: 'ワンタイムコード',
      codeWay: 'ワンタイムコードを使う',
    },
    'en-GB': {
      way: 'Enter the password',
      uid: 'User name',
      password: 'Password',
      code: 'One-time code',
      codeWay: 'Use a one-time code',
    },
  } as const;

  it.each(['ja-JP', 'en-GB'] as const)(
    'signs in by password, by keyboard, at 320 px (%s)',
    async (locale) => {
      const words = wordsOf[locale];
      const client = await idp.addClient(`Portal ${locale}`, ['password', 'card-pin'], [], party.redirectUri);
      await visit(locale, async (page) => {
        const started = await party.begin(page, client);
        await page.getByRole('link', { name: words.way }).press('Enter');
        await page.getByLabel(words.uid).fill('hanako');
        await page.getByLabel(words.password).fill('wrong');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').waitFor();
        expect(await page.getByLabel(words.uid).inputValue()).toBe('hanako');
        expect(await page.getByLabel(words.password).inputValue()).toBe('');
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
        await page.getByLabel(words.password).fill(right);
        await page.keyboard.press('Enter');
        expect(await started.finish()).toMatchObject({
          ...{ outcome: 'signed-in', claims: { acr: 'urn:kazasu:acr:password', amr: ['pwd'] } },
        });
      });
    },
  );

  it.each(['ja-JP', 'en-GB'] as const)(
    'is led from an approver’s code to the password where a client demands both (%s)',
    async (locale) => {
      const words = wordsOf[locale];
      const client = await idp.addClient(`Kinko ${locale}`, ['temporary+password'], [], party.redirectUri);
      const issued = { person: 'hanako', issuer: actor('os', 0) };
      const { code } = await issueTemporaryCode(idp.context, issued);
      await visit(locale, async (page) => {
        const started = await party.begin(page, client);
        await page.getByRole('link', { name: words.codeWay }).click();
        await page.getByLabel(words.uid).fill('hanako');
        await page.getByLabel(words.code, { exact: true }).fill(code);
        await page.keyboard.press('Enter');
        await page.getByRole('status').getByText('緑 花子').waitFor();
        expect(await page.getByRole('link', { name: words.codeWay }).count()).toBe(0);
        await page.getByRole('link', { name: words.way }).click();
        await page.getByLabel(words.uid).fill('hanako');
        await page.getByLabel(words.password).fill(right);
        await page.keyboard.press('Enter');
        expect(await started.finish()).toMatchObject({
          ...{ outcome: 'signed-in', claims: { acr: 'urn:kazasu:acr:temporary+password' } },
        });
      });
    },
  );
});
