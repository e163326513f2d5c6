import type { Reasons, SecretTexts } from './catalogue.ts';

export const secretJa: SecretTexts = {
  uid: 'ユーザー名',
  submit: 'サインイン',
  otherWays: '別の方法でサインインする',
  password: {
    title: 'パスワードの入力',
    lead: '職場のパソコンにサインインするときのパスワードを使います。',
    label: 'パスワード',
    hint: '組織のディレクトリで確認します。このサービスには保存されません。',
  },
  code: {
    title: 'ワンタイムコードの入力',
    lead: 'カードを忘れたときに、承認者から今日受け取ったコードを使います。',
    label: 'ワンタイムコード',
    hint: '例：abcd-efgh-ijkl。今日だけ、1回だけ使えます。',
  },
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

export const codeReasonsJa: Reasons['code'] = {
  'code-wrong': {
    what: 'ユーザー名またはコードが正しくないか、コードの期限が過ぎています。',
    next: '両方を確かめて、もう一度入力してください。コードは発行された日に1回だけ使えます。承認者に新しいコードを頼んでください。',
  },
  'too-many-tries': {
    what: '誤った入力が多すぎます。',
    next: '30分ほど待ってからやり直すか、別の方法でサインインしてください。',
  },
};
