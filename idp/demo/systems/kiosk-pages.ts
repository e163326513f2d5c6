import { type Html, html } from '../../pages/html.ts';
import type { Locale } from '../../pages/locale.ts';
import { textsOf } from '../../pages/texts/of-locale.ts';
import type { Punch } from './attendance-kiosk.ts';

interface Texts {
  readonly name: string;
  readonly vendor: string;
  readonly question: string;
  readonly in: string;
  readonly out: string;
  readonly hint: string;
  readonly back: string;
  readonly notPunched: string;
  readonly notPunchedHint: string;
  readonly rests: string;
  readonly employeeNumber: string;
  readonly otherLanguage: { readonly locale: Locale; readonly name: string };
  punched(punch: Punch): string;
  clock(punch: Punch): string;
}

const texts: { readonly [locale in Locale]: Texts } = {
  ja: {
    name: '出退勤端末',
    vendor: '見本市の勤怠管理サービス（サンプル）',
    question: '打刻してください',
    in: '出勤',
    out: '退勤',
    hint: '次の画面で、職員カードをかざします。この端末は、カードのことを何も知りません。',
    back: '次の人の打刻へ',
    notPunched: '打刻されませんでした',
    notPunchedHint: 'もう一度はじめからお試しください。',
    rests: '認証の根拠（IDトークン）',
    employeeNumber: '職員番号',
    otherLanguage: { locale: 'en', name: 'English' },
    punched: ({ name, direction }) => `${name} さん、${direction === 'in' ? '出勤' : '退勤'}しました`,
    clock: ({ at }) => timeOf('ja-JP', at),
  },
  en: {
    name: 'Attendance kiosk',
    vendor: 'Attendance service of Mihon City (sample)',
    question: 'Punch in or out',
    in: 'Punch in',
    out: 'Punch out',
    hint: 'On the next screen you hold your staff card. This kiosk knows nothing about cards.',
    back: 'Next person',
    notPunched: 'Nothing was punched',
    notPunchedHint: 'Start again from the beginning.',
    rests: 'What the sign-in rests on (ID token)',
    employeeNumber: 'Employee number',
    otherLanguage: { locale: 'ja', name: '日本語' },
    punched: ({ name, direction }) => `${name} punched ${direction}`,
    clock: ({ at }) => timeOf('en-GB', at),
  },
};

/** The kiosk's three screens. */
export const kioskPages = {
  start(locale: Locale): string {
    const words = texts[locale];
    return screen(
      locale,
      words.question,
      html`<h1>${words.question}</h1>
<ul class="punches">
<li><a class="punch" href="/punch/in?lang=${locale}">${words.in}</a></li>
<li><a class="punch out" href="/punch/out?lang=${locale}">${words.out}</a></li>
</ul>
<p>${words.hint}</p>
<p><a href="/?lang=${words.otherLanguage.locale}" lang="${words.otherLanguage.locale}">${words.otherLanguage.name}</a></p>`,
    );
  },
  punched(locale: Locale, punch: Punch): string {
    const words = texts[locale];
    return screen(
      locale,
      words.punched(punch),
      html`<p class="clock">${words.clock(punch)}</p>
<h1 class="done">${words.punched(punch)}</h1>
<p>${words.employeeNumber}: ${punch.employeeNumber}</p>
<h2>${words.rests}</h2>
<p><code>acr ${punch.acr}</code><br><code>amr ${punch.amr.join(' ')}</code></p>
<p><a class="next" href="/?lang=${locale}">${words.back}</a></p>`,
    );
  },
  notPunched(locale: Locale, reason: string): string {
    const words = texts[locale];
    return screen(
      locale,
      words.notPunched,
      html`<h1 class="refused">${words.notPunched}</h1>
<p>${words.notPunchedHint}</p>
<p><code>${reason}</code></p>
<p><a class="next" href="/?lang=${locale}">${words.back}</a></p>`,
    );
  },
};

function screen(locale: Locale, title: string, content: Html): string {
  const words = texts[locale];
  return html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} | ${words.name}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/sample-system.css">
</head>
<body>
<p class="demo-banner" role="note">${textsOf(locale).demoBanner}</p>
<header><strong>${words.name}</strong><span>${words.vendor}</span></header>
<main>
${content}
</main>
</body>
</html>
`.text;
}

function timeOf(language: string, at: number): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'medium', timeZone: 'Asia/Tokyo' }).format(at);
}
