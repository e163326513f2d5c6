import type { ConsentTexts } from './catalogue.ts';

export const consentJa: ConsentTexts = {
  title: '情報提供の確認',
  heading: (clientName) => `「${clientName}」があなたの情報を求めています`,
  lead: (clientName, displayName) =>
    `${displayName} さんとしてサインインしています。「${clientName}」は所属組織のシステムではありません。次の情報を渡してよいか、お決めください。`,
  listHeading: '渡される情報',
  released: {
    openid: 'あなたを見分けるための識別子、サインインの方法と時刻',
    profile: '氏名とユーザー名',
    email: 'メールアドレス',
    groups: '所属するグループ',
    organization: '所属組織、部署、役職',
    employee: '職員番号',
    offline_access: 'あなたが利用していないときも、上の情報を受け取ること',
  },
  remembered: '回答は記録されます。新たな情報を求められたときだけ、もう一度確認します。',
  allow: '許可して続ける',
  refuse: (clientName) => `許可せず「${clientName}」に戻る`,
};
