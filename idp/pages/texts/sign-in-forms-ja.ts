import type { PasswordTexts, Reasons } from './catalogue.ts';

export const passwordJa: PasswordTexts = {
  title: 'パスワードの入力',
  lead: '職場のパソコンにサインインするときのパスワードを使います。',
  uid: 'ユーザー名',
  password: 'パスワード',
  passwordHint: '組織のディレクトリで確認します。このサービスには保存されません。',
  submit: 'サインイン',
  otherWays: '別の方法でサインインする',
};

export const signInReasonsJa: Reasons['signIn'] = {
  'another-person': {
    what: 'このサインインは別の人が始めたものです。二人で一つのサインインをすることはできません。',
    next: '始めた人が続けるか、ご自身で最初からやり直してください。',
  },
  'another-person-signed-in': {
    what: 'このブラウザーでは、別の人がサインインしています。',
    next: 'サインインしている人が続けるか、ご自身としてサインインしてください。その場合、前の人はサインアウトされます。',
  },
  'not-the-person-asked-for': {
    what: '元のシステムは、別の人のサインインを求めています。',
    next: '元のシステムに戻ってご自身で始め直すか、ここからご自身としてサインインしてください。',
  },
};

export const passwordReasonsJa: Reasons['password'] = {
  'password-wrong': {
    what: 'ユーザー名またはパスワードが正しくありません。',
    next: '両方を確かめて、もう一度入力してください。パスワードを忘れたときは、組織のディレクトリの管理者に連絡してください。',
  },
  'too-many-tries': {
    what: '誤った入力が多すぎます。',
    next: '30分ほど待ってからやり直すか、カードでサインインしてください。',
  },
};
