import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDirectoryPasswords } from '../../connectors/directory/directory-passwords.ts';
import { parseUserNameTemplate } from '../../idp/domain/directory-user-name.ts';
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
    'ja-JP': { way: 'パスワードを入力する', uid: 'ユーザー名', password: 'パスワード', submit: 'サインイン' },
    'en-GB': { way: 'Enter the password', uid: 'User name', password: 'Password', submit: 'Sign in' },
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
});
