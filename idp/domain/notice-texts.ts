import type { BothLanguages, NoticeKind } from './notice.ts';

/** A message in plain text. */
export interface NoticeText {
  readonly subject: string;
  readonly text: string;
}

/** What a message may say beside its kind: never a number of a card, and never the day on which one ends. */
export interface NoticeFacts {
  readonly kind: NoticeKind;
  /** How the addressee is called; absent for operators. */
  readonly name?: string;
  readonly words?: BothLanguages;
  readonly issuer: string;
}

interface Wording {
  readonly subject: BothLanguages;
  readonly body: BothLanguages;
}

const renewal: BothLanguages = {
  ja: '電子証明書の更新は、お住まいの市区町村の窓口で、有効期限の3か月前からできます（手数料はかかりません）。更新すると証明書が新しくなるため、職場での登録もやり直しが必要です。更新のあと、登録の担当者に登録コードを受け取り、カードリーダーでもう一度登録してください。登録が済むまでは、いまのカードを有効期限までお使いいただけます。',
  en: 'You can have the certificate renewed at the office of the municipality where you live, from three months before it ends, free of charge. A renewal gives the card a new certificate, so it has to be registered at work again: ask whoever registers cards for a new code and register at a card reader. Until then the present registration works to the end of the certificate.',
};

const expiring = (days: number): Wording => ({
  subject: {
    ja: `カードの電子証明書の有効期限が近づいています（約${days}日以内）`,
    en: `Your card’s certificate ends within about ${days} days`,
  },
  body: {
    ja: `登録されているマイナンバーカードの利用者証明用電子証明書は、約${days}日以内に有効期限を迎えます。期限を過ぎると、このカードではサインインできなくなります。\n\n${renewal.ja}`,
    en: `The user-authentication certificate on the My Number Card that you registered ends within about ${days} days. After that you can no longer sign in with it.\n\n${renewal.en}`,
  },
});

const cardWordings: {
  readonly [kind in Exclude<
    NoticeKind,
    'operator-alarm' | 'temporary-code-issued' | `passkey-${string}`
  >]: Wording;
} = {
  'card-expires-60': expiring(60),
  'card-expires-30': expiring(30),
  'card-expires-7': expiring(7),
  'card-expired': {
    subject: {
      ja: 'カードの電子証明書の有効期限が切れました',
      en: 'Your card’s certificate has ended',
    },
    body: {
      ja: '登録されているマイナンバーカードの利用者証明用電子証明書の有効期限が切れました。このカードではサインインできません。\n\nお住まいの市区町村の窓口で電子証明書を更新し、登録の担当者に登録コードを受け取って、カードリーダーでもう一度登録してください。それまでの入退室や印刷については、登録の担当者にご相談ください。',
      en: 'The user-authentication certificate on the My Number Card that you registered has ended. You cannot sign in with it.\n\nHave it renewed at the office of the municipality where you live, ask whoever registers cards for a new code, and register at a card reader. They can also tell you how to get through doors and print until then.',
    },
  },
  'card-replaced': {
    subject: {
      ja: '新しいカードが登録され、以前の登録は終了します',
      en: 'A new card was registered; the older registration ends',
    },
    body: {
      ja: '新しいカード（証明書）が登録されました。以前の登録は、まもなく自動的に終了します。これからは新しいカードをお使いください。\n\nこの登録に心当たりがない場合は、すぐに登録の担当者へご連絡ください。',
      en: 'A new card (certificate) was registered for you. The older registration ends by itself soon: please use the new card from now on.\n\nIf you did not register a card, tell whoever registers cards at once.',
    },
  },
  'registration-requested': {
    subject: {
      ja: '機器からあなたのカードの登録が申請されました',
      en: 'A device asked to register a card for you',
    },
    body: {
      ja: 'あなたとしてサインインした方が、機器からカードの登録を申請しました。担当者が対面で確かめて承認するまで、このカードは使えません。\n\n申請したのがご本人であれば、そのカードを持って登録の担当者のところへお越しください。\n\n心当たりがない場合は、すぐに登録の担当者へご連絡ください。申請を却下し、パスワードやいまのカードについてご案内します。',
      en: 'Somebody signed in as you at a device and asked to have a card registered for you. It does not work before whoever registers cards has seen you with it and approved it.\n\nIf it was you, go there with the card.\n\nIf it was not you, tell them at once: they reject it, and see to your password and the card that you have.',
    },
  },
  'registration-approved': {
    subject: { ja: 'カードの登録が承認されました', en: 'Your card is registered' },
    body: {
      ja: 'カードの登録が承認されました。いまからお使いいただけます。カードリーダーにかざしてサインインしてください。\n\nこの登録に心当たりがない場合は、すぐに登録の担当者へご連絡ください。',
      en: 'The registration of your card was approved and works from now on: hold the card over a reader to sign in.\n\nIf you did not register a card, tell whoever registers cards at once.',
    },
  },
  'registration-rejected': {
    subject: { ja: 'カードの登録が承認されませんでした', en: 'Your card was not registered' },
    body: {
      ja: 'カードの登録は承認されませんでした。カードはこのサービスでは使えません。\n\n登録の担当者に理由を確かめ、新しい登録コードを受け取って、もう一度登録してください。',
      en: 'The registration of your card was not approved, and the card does not work here.\n\nAsk whoever registers cards for the reason and for a new code, and register once more.',
    },
  },
};

const notYours: BothLanguages = {
  ja: '心当たりがない場合は、すぐに管理者へご連絡ください。',
  en: 'If it was not you, tell your administrator at once.',
};

const passkeyWordings: { readonly [kind in Extract<NoticeKind, `passkey-${string}`>]: Wording } = {
  'passkey-code-issued': {
    subject: { ja: 'パスキー登録用のコードが発行されました', en: 'A code for your first passkey was issued' },
    body: {
      ja: `あなたの最初のパスキーを登録するためのコードが、承認者により発行されました。30分間、1回だけ使えます。\n\n${notYours.ja}`,
      en: `An approver issued a code with which your first passkey can be added: once, within 30 minutes.\n\n${notYours.en}`,
    },
  },
  'passkey-added': {
    subject: { ja: 'パスキーが登録されました', en: 'A passkey was added' },
    body: {
      ja: `あなたのパスキーが新しく登録されました。これからは、このパスキーでもサインインできます。\n\n${notYours.ja}`,
      en: `A passkey was added for you. From now on it signs you in as well.\n\n${notYours.en}`,
    },
  },
  'passkey-removed': {
    subject: { ja: 'パスキーが削除されました', en: 'A passkey was removed' },
    body: {
      ja: `あなたのパスキーが削除されました。そのパスキーではサインインできなくなり、サインインした状態も終了しました。\n\n${notYours.ja}`,
      en: `One of your passkeys was removed. It signs you in no more, and what was signed in with it is signed out.\n\n${notYours.en}`,
    },
  },
  'passkey-copied': {
    subject: { ja: 'パスキーが複製されたおそれがあります', en: 'One of your passkeys may have been copied' },
    body: {
      ja: 'あなたのパスキーによるサインインを拒否しました。使用回数の記録が合わず、複製されたおそれがあります。\n\nすぐに管理者へ連絡し、そのパスキーを削除して、新しいパスキーを登録してください。',
      en: 'A sign-in with one of your passkeys was refused: its count of uses does not fit, as if a copy of it were in use.\n\nTell your administrator at once, remove that passkey and make a new one.',
    },
  },
};

const codeIssued: Wording = {
  subject: { ja: 'ワンタイムコードが発行されました', en: 'A one-time code was issued for you' },
  body: {
    ja: `カードを忘れたときにサインインするためのコードが、承認者により発行されました。今日だけ、1回だけ使えます。\n\n${notYours.ja}`,
    en: `An approver issued a code with which you can sign in without your card: once, and today only.\n\n${notYours.en}`,
  },
};

/** What `words` are, where they stand beside a text. */
const labels = {
  device: { ja: '機器', en: 'Device' },
  reason: { ja: '理由', en: 'Reason' },
};

const wordings = { ...cardWordings, ...passkeyWordings, 'temporary-code-issued': codeIssued };

/** Both languages in one message, Japanese first. */
export function noticeText({ kind, name, words, issuer }: NoticeFacts): NoticeText {
  const { subject, body } = kind === 'operator-alarm' ? alarm(words) : wordings[kind];
  const reason = kind === 'operator-alarm' || words === undefined ? undefined : words;
  const label = kind === 'registration-requested' ? labels.device : labels.reason;
  const ja = [
    ...(name === undefined ? [] : [`${name} 様`]),
    body.ja,
    ...(reason === undefined ? [] : [`${label.ja}: ${reason.ja}`]),
  ];
  const en = [body.en, ...(reason === undefined ? [] : [`${label.en}: ${reason.en}`])];
  const from = `-- \nKazasu ${issuer}`;
  return {
    subject: `[Kazasu] ${subject.ja} / ${subject.en}`,
    text: `${[...ja, '────────', ...en, from].join('\n\n')}\n`,
  };
}

function alarm(words: BothLanguages = { ja: '', en: '' }): Wording {
  return {
    subject: { ja: '運用者へのお知らせ', en: 'For the operators' },
    body: words,
  };
}
