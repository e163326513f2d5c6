import type { Reasons, StationTexts } from './catalogue.ts';

const askAdministrator = '管理者に連絡してください。';
const once = 'ほかの画面を閉じ、サインインを一つだけ始めて、もう一度かざしてください。';

export const stationJa: StationTexts = {
  pair: {
    title: '端末とカードリーダーの組み合わせ',
    lead: 'このブラウザーを、共用の端末（キオスク）として一台のカードリーダーに組み合わせます。管理者から受け取ったコードを入力してください。',
    code: '組み合わせコード',
    codeHint: '例：abcd-efgh-ijkl（10分間有効）',
    submit: '組み合わせる',
    doneTitle: '組み合わせました',
    done: (reader) =>
      `このブラウザーは、リーダー「${reader}」の端末になりました。この端末には、サインインの状態は残りません。`,
    keyKept: '鍵はこのブラウザーの中だけにあり、取り出せません。閲覧データを消すと、組み合わせも失われます。',
    noKeys:
      'このブラウザーでは鍵を作れません。プライベートモードをやめ、https のアドレスで開き、JavaScript を有効にしてください。',
  },
  wait: {
    title: 'カードをかざしてください',
    heading: (clientName) => `「${clientName}」にサインイン`,
    lead: '端末のカードリーダーに、登録済みのカードをかざしてください。',
    opening: '準備しています。',
    open: 'カードを待っています。30秒以内にかざしてください。',
    noScript: 'この画面には JavaScript が必要です。管理者に連絡してください。',
    unreachable: 'サーバーに届きません。つながるまで、このままお待ちください。',
  },
  confirm: {
    title: 'お名前の確認',
    question: (name) => `${name} さんですか。`,
    lead: (clientName) => `「${clientName}」にサインインします。お名前が違うときは、続けないでください。`,
    yes: 'はい、続ける',
    no: (name) => `${name} ではありません`,
    limit: '30秒たつと、やり直しになります。',
  },
  otherWays: 'ほかの方法でサインインする',
  again: 'もう一度かざす',
  registerTitle: 'カードを登録するには',
  registerSteps: [
    '管理者から、招待コードを受け取ります。',
    'カードリーダーのあるパソコンで、招待コードと暗証番号を使って、カードを登録します。',
    '承認されると、この端末でも使えるようになります。',
  ],
};

export const stationRefusalsJa: Reasons['station'] = {
  'pairing-code': {
    what: 'コードが正しくないか、有効期限が切れています。',
    next: 'コードを確かめるか、管理者に新しいコード（kazasu reader pair）を依頼してください。',
  },
  'public-key': {
    what: 'ブラウザーの公開鍵を受け取れませんでした。',
    next: 'ブラウザーを新しいものに更新してください。',
  },
  'not-paired': {
    what: 'このブラウザーは、カードリーダーと組み合わされていません。',
    next: `ほかの方法でサインインするか、${askAdministrator}`,
  },
  'station-unpaired': {
    what: 'この端末とカードリーダーの組み合わせは終了しています。',
    next: `組み合わせ直すには、${askAdministrator}`,
  },
  'station-signature': {
    what: 'この端末の署名を確認できませんでした。',
    next: `もう一度試してください。続くときは、${askAdministrator}`,
  },
  'challenge-unknown': {
    what: 'この画面は古くなっています。',
    next: 'もう一度試してください。',
  },
  'reader-disabled': {
    what: 'この端末のカードリーダーは停止されています。',
    next: `別の端末を使うか、${askAdministrator}`,
  },
  'client-not-at-station': {
    what: 'この端末では、このシステムにカードでサインインできません。',
    next: `ほかの方法でサインインするか、${askAdministrator}`,
  },
  'station-busy': {
    what: 'この端末で、サインインが同時に二つ始まりました。どちらも取り消しました。',
    next: once,
  },
  'two-cards': {
    what: '二枚のカードがかざされたので、取り消しました。',
    next: 'ご自分のカードだけを、もう一度かざしてください。',
  },
  'time-over': { what: '時間内にカードがかざされませんでした。', next: 'もう一度始めてください。' },
  'confirmation-unknown': {
    what: '確認の時間が過ぎたか、確認がすでに終わっています。',
    next: 'もう一度始めてください。',
  },
  'unknown-card': {
    what: 'このカードは、まだ登録されていません。',
    next: '登録するには、管理者から招待コードを受け取ってください。更新・再発行したカードも、登録が必要です。',
  },
  'own-pages-not-here': {
    what: 'ご自分のページは、共用の端末では使えません。',
    next: 'ご自分のパソコンかスマートフォンで開いてください。',
  },
};
