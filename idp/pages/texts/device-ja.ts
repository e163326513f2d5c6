import type { DeviceTexts } from './catalogue.ts';

export const deviceJa: DeviceTexts = {
  code: {
    title: '機器のサインイン',
    lead: 'サインインする機器に表示されているコードを入力してください。',
    label: 'コード',
    hint: '英字8文字。例：BCDF-GHJK',
    submit: '次へ',
  },
  problems: {
    'no-code': 'コードを入力してください。',
    'unknown-code':
      'このコードは見つかりません。機器に表示されているコードを確かめて、もう一度入力してください。',
    'expired-code': 'このコードの有効期限が切れました。機器で新しいコードを表示してください。',
    'used-code': 'このコードはすでに使われました。機器で新しいコードを表示してください。',
    aborted: 'サインインを取りやめました。機器では、サインインできなかったと表示されます。',
    failed: '手続きを進められませんでした。機器で新しいコードを表示し、もう一度お試しください。',
  },
  confirm: {
    title: '機器の確認',
    heading: (clientName) => `「${clientName}」の機器にサインインします`,
    lead: '目の前の機器に、次のコードが表示されていますか。',
    warning:
      'ほかの人から送られてきたコードやリンクであれば、続けないでください。その人の機器に、あなたとしてサインインさせることになります。',
    yes: '表示されています',
    no: '取りやめる',
  },
  done: {
    title: '機器にサインインしました',
    lead: (clientName) => `「${clientName}」の機器をお使いください。この画面は閉じてかまいません。`,
  },
};
