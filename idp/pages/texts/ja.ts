import type { Texts } from './catalogue.ts';
import { consentJa } from './consent-ja.ts';
import { deviceJa } from './device-ja.ts';
import { passkeysJa } from './passkeys-ja.ts';
import { reasonsJa } from './reasons-ja.ts';
import { sessionsJa } from './sessions-ja.ts';
import { secretJa } from './sign-in-forms-ja.ts';
import { stationJa } from './station-ja.ts';

export const ja: Texts = {
  locale: 'ja',
  productName: 'かざす',
  productKind: '職員認証',
  skipToMain: '本文へ移動',
  demoBanner:
    'これはデモンストレーションです。カードと認証局は試験用で、本物のマイナンバーカードは使用していません。',
  otherLanguage: { locale: 'en', name: 'English' },
  languageLabel: '表示言語',
  reference: '管理者に伝える番号',
  reasonCode: '内容',
  toFrontPage: 'トップページへ',
  home: {
    title: 'カードをかざして、サインイン',
    lead: 'お持ちのマイナンバーカードなどを職員カードとして使い、業務システムにサインインするための認証サービスです。',
    forStaff: '職員の方へ',
    forStaffText: [
      'ご利用になる業務システムの画面から、サインインを始めてください。',
      'カードの登録がまだの方は、管理者から招待コードを受け取ってください。',
    ],
    forIntegrators: 'システムを接続する方へ',
    issuer: '発行者 (issuer)',
    discovery: '設定情報 (OpenID Connect Discovery)',
  },
  signIn: {
    title: 'サインイン',
    heading: (clientName) => `「${clientName}」にサインイン`,
    lead: {
      tap: 'このパソコンのカードリーダーに、登録済みのカードをかざしてください。',
      pin: 'このパソコンのカードリーダーに、登録済みのマイナンバーカードを置き、暗証番号を入力してください。',
      both: 'このパソコンのカードリーダーを使います。方法を選んでください。',
      choose: 'サインインの方法を選んでください。',
      none: 'このシステムには、ここからサインインすることができません。システムの管理者にお問い合わせください。',
    },
    ways: {
      tap: { label: 'カードをかざす', hint: '暗証番号は使いません。' },
      pin: {
        label: 'カードと暗証番号を使う',
        hint: '利用者証明用電子証明書の暗証番号（数字4桁）を使います。暗証番号は、このサービスには送られません。',
      },
      passkey: {
        label: 'パスキーを使う',
        hint: '指紋、顔、端末の画面ロック、またはセキュリティキーで確認します。',
      },
      password: {
        label: 'パスワードを入力する',
        hint: '職場のパソコンにサインインするときのパスワードです。',
      },
      temporary: {
        label: 'ワンタイムコードを使う',
        hint: 'カードを忘れたときに、承認者から受け取るコードです。当日だけ使えます。',
      },
    },
    soFar: {
      'one-more': (name) => `${name} さん：このシステムでは、もう一つの確認が必要です。`,
      again: (name) => `${name} さん：このシステムでは、もう一度サインインが必要です。`,
    },
    chooser:
      'このブラウザーではサインイン済みです。そのまま続けるか、下から別の人としてサインインしてください。',
    continueAs: (name) => `${name} さんとして続ける`,
    notMe: (name) => `${name} さんではありません`,
    switchPerson: '別の人としてサインインする',
    cancel: (clientName) => `やめて「${clientName}」に戻る`,
    helpTitle: 'うまくいかないとき',
    help: [
      '「接続が拒否されました」と表示されるときは、このパソコンでカードリーダーのプログラムが動いていません。管理者に連絡してください。',
      'カードが読み取られないときは、カードをいったん離し、リーダーの中央に置き直して、終わるまで動かさないでください。',
      'カードを更新・再発行した方は、新しいカードの登録が必要です。',
    ],
  },
  refused: {
    title: 'サインインできませんでした',
    whatNext: '次にできること',
    retry: 'もう一度試す',
  },
  troubleTitle: '手続きを進められませんでした',
  logOut: {
    title: 'サインアウト',
    question: 'サインアウトしますか。',
    yes: 'サインアウトする',
    no: 'このまま続ける',
    doneTitle: 'サインアウトしました',
    done: '共用のパソコンをお使いの場合は、ブラウザーも閉じてください。',
  },
  setup: {
    title: '最初の管理者の登録',
    lead: 'このサービスの最初の管理者を登録します。続いて、その方のカードを登録するための招待コードを発行します。',
    fields: {
      organization: {
        label: '組織の名前',
        hint: '例：見本市',
        error: '組織の名前を200文字以内で入力してください。',
      },
      displayName: {
        label: '管理者の氏名',
        hint: '例：見本 花子',
        error: '氏名を200文字以内で入力してください。',
      },
      uid: {
        label: '管理者のユーザーID',
        hint: '半角の英数字と「.」「_」「-」、64文字まで。例：hanako.mihon',
        error: 'ユーザーIDは、半角の英数字で始め、英数字と「.」「_」「-」で64文字以内にしてください。',
      },
    },
    submit: '管理者を登録する',
    doneTitle: '管理者を登録しました',
    doneLead: (displayName) =>
      `${displayName} さんを管理者として登録しました。続いて、カードを登録してください。`,
    inviteCode: '招待コード',
    inviteExpires: (when) =>
      `有効期限：${new Intl.DateTimeFormat('ja-JP', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Tokyo' }).format(when)}（日本時間）`,
    nextSteps: '次の手順',
    steps: [
      'サーバーで「npx kazasu reader add リーダー名 --kind workstation」を実行し、登録用コードを受け取ります。',
      'カードリーダーのあるパソコンで「npx kazasu bridge enroll」にこのサービスのURLと登録用コードを渡し、リーダーを登録します。',
      '同じパソコンで「npx kazasu bridge register --invite 招待コード」を実行し、カードを置いて暗証番号を入力します。',
      'サーバーで「npx kazasu card list」により登録を確認し、「npx kazasu card approve」で承認します。',
    ],
    onlyOnce: '招待コードは、この画面を閉じると二度と表示されません。いま書き留めてください。',
  },
  station: stationJa,
  device: deviceJa,
  consent: consentJa,
  secret: secretJa,
  passkeys: passkeysJa,
  sessions: sessionsJa,
  reasons: reasonsJa,
};
