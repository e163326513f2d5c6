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
